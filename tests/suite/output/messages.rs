//! The content of messages, and what they leave out.

use super::*;

#[test]
fn each_item_of_a_bulk_write_reports_its_own_mistake() {
    let shop = Shop::new();
    let taken = numbers(&shop.place, &["+16466661110"]);
    shop.run("", &format!("-p zoom internal-numbers add --from {taken}")).expect(0);
    let both = numbers(&shop.place, &["+16466661110", "+16466661111"]);
    let ran = shop.run("-o json", &format!("-p zoom internal-numbers add --from {both}")).expect(12);
    let changes = ran.json()["changes"].clone();
    let message = |at: usize| changes[at]["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message(0).ends_with("number: The number +16466661110 is already in use."), "{ran:?}");
    assert_eq!(changes[0]["error"]["fields"].as_array().map(Vec::len), Some(1), "{ran:?}");
    // A mistake in one item does not make the other fail.
    assert_eq!(changes[1]["outcome"], "created", "{ran:?}");
}

#[test]
fn a_missing_value_is_an_empty_csv_cell() {
    let (_, rows) = csv(&Place::new().run(&["explain", "yeastar", "40003", "-o", "csv"]).expect(0).out);
    assert!(rows[0].contains(&String::new()) && !rows[0].contains(&"(none)".to_owned()), "{rows:?}");
}

#[test]
fn a_deadline_that_has_passed_is_named_in_the_hint() {
    let shop = Shop::new();
    let ran = shop.run("-o json --deadline 1ns", &format!("{PEER} --name t")).expect(10);
    assert!(ran.error()["hint"].as_str().unwrap().contains("--deadline"), "{ran:?}");
}

#[test]
fn an_unknown_id_is_named() {
    let shop = Shop::new();
    let ran = shop.run("-o json", "-p yeastar trunk update id:99 --port 5062").expect(6);
    let error = ran.error();
    assert!(error["message"].as_str().unwrap().contains("no trunk with the id `99`"), "{ran:?}");
    assert_eq!(error["vendor_code"], json!("60001"), "{ran:?}");
}

#[test]
fn white_space_after_a_comma_is_not_part_of_a_codec() {
    let shop = Shop::new();
    let peer = PEER.trim_end_matches("ulaw");
    let mut args = shop.args("-o json", peer);
    args.extend(["ulaw, alaw", "--name", "t"]);
    shop.place.run(&args).expect(0);
}

#[test]
fn fields_that_every_kind_requires_are_reported_without_a_kind() {
    let ran = Shop::new().run("", "-p yeastar trunk create --name t").expect(4);
    assert!(ran.err.contains("codecs: Yeastar P-Series requires it; give `codecs` (--codecs)"), "{ran:?}");
}

#[test]
fn a_common_mistake_is_answered_with_the_right_command() {
    let shop = Shop::new();
    shop.run("", &format!("{PEER} --name t")).expect(0);
    let trunk = shop.place.write("trunk.toml", "name = \"t\"\nkind = \"peer\"\n");
    for (line, code, says) in [
        ("list".to_owned(), 2, "did you mean `trunkctl trunk list`?"),
        (format!("apply -f {trunk}"), 4, "use `trunkctl trunk create --from FILE`"),
        ("-p yeastar trunk update t --username x".to_owned(), 4, "its kind cannot be changed"),
        ("-p zoom numbers clear --account me".to_owned(), 4, "give the id of a sub account with --account"),
        ("-p yeastar trunk create --name x".to_owned(), 4, "host, port for a peer trunk"),
    ] {
        let ran = shop.run("", &line).expect(code);
        assert!(ran.err.contains(says), "{line}: {ran:?}");
    }
}

#[test]
fn a_curl_line_to_a_temporary_sandbox_has_a_note() {
    let place = Place::new();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fleet");
    for command in [
        format!("{PEER} --name t"),
        format!("{PEER} --name t").replace("create", "ensure"),
        format!("apply -f {manifest}"),
    ] {
        let line = format!("--sandbox --dry-run=curl {command}");
        let ran = place.run(&line.split_whitespace().collect::<Vec<_>>()).expect(0);
        assert!(ran.out.starts_with("curl "), "{ran:?}");
        assert_eq!(ran.err.matches("sandbox serve").count(), 1, "{ran:?}");
    }
}

/// The sandbox is called so in hints: its secrets must be no words of theirs.
#[test]
fn hints_of_the_sandbox_are_not_masked() {
    let place = Place::new();
    let line = "--sandbox -p itniotech trunk create --name t --kind peer --direction outbound --host 192.0.2.7 \
                --agent-group Sales";
    let args: Vec<&str> = line.split_whitespace().collect();
    place.run(&args).expect(0);
    let ran = place.run(&args).expect(7);
    assert!(ran.err.contains("`trunkctl sandbox reset`"), "{ran:?}");
    assert_eq!(ran.err.matches("trunk name duplicated").count(), 1, "{ran:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_write_is_done_even_if_its_result_cannot_be_printed() {
    let shop = Shop::new();
    let mut command = shop.place.command(&shop.args("", &format!("{PEER} --name t")));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && err.contains("ran to its end"), "{err}");
}
