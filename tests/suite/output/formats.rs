//! Each result in each format: the contract's shapes.

use serde_json::{Value, json};

use super::*;

/// The keys of a change that always apply; its id is a text.
#[track_caller]
fn is_change(change: &Value, operation: &str, outcome: &str, kind: &str) {
    for (key, value) in [("operation", operation), ("outcome", outcome), ("kind", kind)] {
        assert_eq!(change[key], json!(value), "{change}");
    }
    assert!(change["profile"].is_string() && change["vendor"].is_string(), "{change}");
    assert!(change["id"].is_string() && change["name"].is_string(), "{change}");
    let known =
        ["operation", "outcome", "profile", "vendor", "account", "kind", "id", "name", "diff", "error"];
    for key in change.as_object().unwrap().keys() {
        assert!(known.contains(&key.as_str()), "{key} in {change}");
    }
    for row in change["diff"].as_array().into_iter().flatten() {
        let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["field", "before", "after"], "{change}");
    }
}

#[test]
fn a_write_prints_one_change() {
    let shop = Shop::new();
    for format in ["json", "jsonl", "yaml"] {
        let ran = shop.run(&format!("-o {format}"), &format!("{PEER} --name by-{format}")).expect(0);
        assert_eq!(ran.err, "");
        let values = parse(format, &ran.out);
        assert_eq!(values.len(), 1, "{ran:?}");
        is_change(&values[0], "trunk.create", "created", "trunk");
        assert_eq!(values[0]["name"], json!(format!("by-{format}")));
        let id = values[0]["id"].as_str().unwrap();
        let update = format!("-p yeastar trunk update id:{id} --port 5061");
        let ran = shop.run(&format!("-o {format}"), &update).expect(0);
        let value = parse(format, &ran.out).remove(0);
        is_change(&value, "trunk.update", "updated", "trunk");
        assert_eq!(value["diff"], json!([{"field": "port", "before": 5060, "after": 5061}]));
        let ran = shop.run(&format!("-o {format}"), &update).expect(0);
        assert_eq!(parse(format, &ran.out)[0]["outcome"], json!("unchanged"));
    }
    let ran = shop.run("-o csv", &format!("{PEER} --name by-csv")).expect(0);
    let (header, rows) = csv(&ran.out);
    let cell = |name: &str| &rows[0][header.iter().position(|column| column == name).unwrap()];
    assert_eq!((rows.len(), cell("outcome").as_str(), cell("name").as_str()), (1, "created", "by-csv"));
    let table = shop.run("-o table", &format!("{PEER} --name by-table")).expect(0).out;
    // The columns of CSV are those of the table.
    for word in table.lines().next().unwrap().split_whitespace() {
        assert!(header.contains(&word.to_lowercase()), "{word} is not among {header:?}");
    }
    assert!(table.contains("created") && table.contains("by-table"), "{table}");
}

/// Some vendors have numbers for ids, some texts.
#[test]
fn ids_are_strings_at_every_vendor() {
    let place = Place::new();
    for (line, act) in [
        (format!("{PEER} --name t"), pbx_done()),
        (
            "-p itniotech trunk create --name t --kind peer --direction outbound --host 192.0.2.4 \
             --agent-group 7"
                .to_owned(),
            answer(200, &json!({"status": 0, "reason": "success", "data": 1234})),
        ),
        (
            "-p zoom internal-numbers add --number +16466661110 --label a --language en-US".to_owned(),
            answer(201, &json!({"internal_numbers": [{"id": 99, "number": "+16466661110"}]})),
        ),
    ] {
        let (_scripted, profiles) = pbx(&place, vec![act]);
        let mut args = vec!["--profiles-file", &profiles, "-o", "json"];
        args.extend(line.split_whitespace());
        let value = place.run(&args).expect(0).json();
        assert!(value["id"].is_string(), "{value}");
    }
}

#[test]
fn a_bulk_write_prints_changes_and_a_summary() {
    let shop = Shop::new();
    let counted = ["created", "updated", "unchanged", "assigned", "deleted", "failed", "unknown", "skipped"];
    for (at, format) in ["json", "yaml", "jsonl", "csv", "table"].iter().enumerate() {
        let (one, two) = (format!("+1646666{at}110"), format!("+1646666{at}111"));
        let file = numbers(&shop.place, &[&one, &two]);
        let line = format!("-p zoom internal-numbers add --from {file}");
        let ran = shop.run(&format!("-o {format}"), &line).expect(0);
        match *format {
            "json" | "yaml" => {
                let value = parse(format, &ran.out).remove(0);
                let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
                assert_eq!(keys, ["changes", "summary"]);
                for change in value["changes"].as_array().unwrap() {
                    is_change(change, "internal_numbers.add", "created", "internal_number");
                    assert_eq!(change["account"], json!("sub-1"));
                }
                let summary: Vec<&String> = value["summary"].as_object().unwrap().keys().collect();
                assert_eq!(summary, counted);
                assert_eq!(value["summary"]["created"], json!(2));
            }
            "jsonl" => {
                let lines = parse(format, &ran.out);
                assert_eq!(lines.len(), 2);
                lines
                    .iter()
                    .for_each(|line| is_change(line, "internal_numbers.add", "created", "internal_number"));
            }
            "csv" => {
                let (header, rows) = csv(&ran.out);
                let name = header.iter().position(|column| column == "name").unwrap();
                assert_eq!(rows.iter().map(|row| row[name].as_str()).collect::<Vec<_>>(), [&one, &two]);
            }
            _ => assert!(ran.out.contains(&one) && ran.out.contains(&two), "{ran:?}"),
        }
        // Again: all of it fails, which is `partial`, and the changes are still the data.
        let again = shop.run(&format!("-o {format}"), &line).expect(12);
        assert!(again.out.contains("failed") && again.out.contains(&one), "{again:?}");
        if *format == "json" {
            let value = again.json();
            assert_eq!(value["summary"]["failed"], json!(2));
            assert_eq!(value["changes"][0]["error"]["exit_code"], json!(7));
        }
    }
}

#[test]
fn a_dry_run_prints_requests_with_masked_secrets() {
    let place = Place::new().with("SIP_PASSWORD", "Canary-1234567");
    let (scripted, profiles) = pbx(&place, vec![Act::Drop]);
    let line = "trunk create --name t --kind register --host a.example --port 5060 --transport udp \
                --username u --auth-name u --codecs ulaw --password-from env:SIP_PASSWORD";
    let run = |format: &str, dry: &str| {
        let mut args = vec!["--profiles-file", &profiles, "-p", "yeastar", "-o", format, dry];
        args.extend(line.split_whitespace());
        let ran = place.run(&args).expect(0);
        assert!(!ran.out.contains("Canary") && !ran.out.contains("static-token"), "{ran:?}");
        let note =
            "note: set SIP_PASSWORD and TRUNKCTL_ACCESS_TOKEN in the shell that runs the curl command\n";
        assert_eq!(ran.err, if dry.ends_with("curl") { note } else { "" });
        ran.out
    };
    for dry in ["--dry-run", "--dry-run=http"] {
        for format in ["json", "jsonl", "yaml"] {
            let value = parse(format, &run(format, dry)).remove(0);
            assert_eq!(value["dry_run"], json!(true), "{value}");
            let request = &value["requests"][0];
            let keys: Vec<&String> = request.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["method", "url", "headers", "body"]);
            assert_eq!((&request["method"], &request["body"]["password"]), (&json!("POST"), &json!("***")));
            let url = request["url"].as_str().unwrap();
            assert!(url.ends_with("/openapi/v1.0/trunk/create?access_token=***"), "{url}");
            assert!(request["headers"]["User-Agent"].as_str().unwrap().starts_with("trunkctl/"), "{request}");
        }
        let table = run("table", dry);
        assert!(table.starts_with("POST http://127.0.0.1:") && table.contains("***"), "{table}");
        let (header, rows) = csv(&run("csv", dry));
        assert_eq!((header[0].as_str(), rows.len(), rows[0][0].as_str()), ("method", 1, "POST"));
    }
    for format in FORMATS {
        let text = run(format, "--dry-run=curl");
        assert!(text.contains("curl -sS") && text.contains("SIP_PASSWORD"), "{format}: {text}");
        match format {
            "json" | "jsonl" | "yaml" => assert_eq!(parse(format, &text)[0]["dry_run"], json!(true)),
            "csv" => assert_eq!(csv(&text).1.len(), 1),
            _ => assert_eq!(text.lines().count(), 1, "{text}"),
        }
    }
    assert!(scripted.requests().is_empty());
}

#[test]
fn an_error_is_an_object_in_every_format_except_table() {
    let shop = Shop::new();
    let exists = format!("{PEER} --name t");
    shop.run("", &exists).expect(0);
    for (line, code, kind) in [
        (exists.as_str(), 7, "conflict"),
        ("-p yeastar trunk create --kind peer", 4, "invalid"),
        ("-p nobody trunk create --kind peer", 3, "config"),
        ("-p yeastar trunk update name:none --port 1", 6, "not_found"),
        ("-p yeastar trunk creat", 2, "usage"),
        ("-p zoom trunk update t --name u", 13, "unsupported"),
        ("explain zoom 987654", 6, "not_found"),
    ] {
        for format in FORMATS {
            // The format applies at any position, even if the rest of the line cannot be parsed.
            for form in [format!("-o {format}"), format!("--output={format}"), format!("-o{format}")] {
                let ran = shop.run(&form, line).expect(code);
                assert_eq!(ran.out, "", "{ran:?}");
                if format == "table" {
                    assert!(ran.err.starts_with("error: ") && !ran.err.contains("{\""), "{ran:?}");
                    continue;
                }
                let error = ran.error();
                assert_eq!((&error["kind"], &error["exit_code"]), (&json!(kind), &json!(code)), "{ran:?}");
                assert!(error["message"].is_string() && error["hint"].is_string(), "{ran:?}");
                assert!(error["retryable"].is_boolean(), "{ran:?}");
                assert!(error.as_object().unwrap().values().all(|value| !value.is_null()), "{ran:?}");
                assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
            }
        }
    }
    for (line, usage) in [("", "trunkctl <COMMAND>"), ("trunk", "trunkctl trunk <COMMAND>")] {
        let error = shop.run("-o json", line).expect(2).error();
        assert_eq!(error["message"], json!(format!("a command is missing: {usage}")));
    }
    // Of a vendor's refusal everything that it said is there.
    let error = shop.run("-o json", &exists).expect(7).error();
    for key in ["vendor", "vendor_code", "vendor_message", "http_status", "outcome", "fields"] {
        assert!(!error[key].is_null(), "{key} in {error}");
    }
}

#[test]
fn the_matrix_has_a_row_for_each_operation_and_an_object_for_each_vendor() {
    let place = Place::new();
    for format in ["json", "jsonl", "yaml"] {
        let ran = place.run(&["-o", format, "vendors"]).expect(0);
        let values = parse(format, &ran.out);
        let rows = if format == "jsonl" { values } else { values[0].as_array().unwrap().clone() };
        let names: Vec<&str> = rows.iter().map(|row| row["vendor"].as_str().unwrap()).collect();
        assert_eq!(names, ["yeastar", "itniotech", "zoom"]);
    }
    let (header, rows) = csv(&place.run(&["-o", "csv", "vendors"]).expect(0).out);
    assert_eq!(header, ["operation", "yeastar", "itniotech", "zoom"]);
    let update = rows.iter().find(|row| row[0] == "trunk.update").unwrap();
    assert_eq!(update[1..], ["native", "native", "unsupported"]);
    let table = place.run(&["vendors"]).expect(0).out;
    assert!(table.contains("trunk.update") && table.contains("outbound_proxy"), "{table}");
}
