use serde_json::json;

use super::{Bench, account, number};

#[test]
fn bodies_are_json_objects_or_forms() {
    let mut bench = Bench::new();
    let settings = account("sub-1", "settings");
    for (kind, body, status) in [
        ("application/json", "{}", 204),
        ("Application/JSON; charset=utf-8", "{}", 204),
        ("application/json", "", 400),
        ("application/json", "[]", 400),
        ("application/json", "{", 400),
        ("text/plain", "{}", 400),
        ("", "{}", 400),
        ("multipart/form-data; boundary=b", "--b--\r\n", 204),
        ("multipart/form-data", "--b--\r\n", 400),
    ] {
        let (got, answer) = bench.send("PATCH", &settings, kind, body);
        assert_eq!(got, status, "{kind} {body}");
        assert_eq!(answer["code"].as_u64(), (status == 400).then_some(300), "{kind} {body}");
    }
}

#[test]
fn multipart_is_read_strictly() {
    let part = |name: &str, value: &str| {
        format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let on = part("enable", "true");
    let header = "multipart/form-data; boundary=b";
    let body = |parts: &[&str]| format!("--b\r\n{}--b--\r\n", parts.join("--b\r\n"));
    let long = |length: usize| format!("--{}", "b".repeat(length));
    let typed = |kind: &str| on.replacen("\r\n", &format!("\r\nContent-Type: {kind}\r\n"), 1);
    for (header, body, status) in [
        (header, body(&[&on]), 204),
        ("multipart/form-data; boundary=\"b\"", body(&[&on]), 204),
        ("multipart/form-data; charset=x; Boundary=b", body(&[&on]), 204),
        (header, body(&[&on]).trim_end().to_owned(), 204),
        (header, body(&[&typed("text/plain; charset=utf-8")]), 204),
        (header, body(&[&typed("image/png")]), 400),
        (header, body(&[&on, &part("show_zoom_provided_numbers", "0")]), 204),
        (header, body(&[&on, &part("show_zoom_provided_numbers", "2")]), 204),
        (header, body(&[&part("show_zoom_provided_numbers", "3")]), 400),
        (header, body(&[&part("show_zoom_provided_numbers", "00")]), 400),
        (header, body(&[&part("enable", "falsefalse")]), 400),
        (header, body(&[&part("enable", "True")]), 400),
        (header, body(&[&part("enable", " true")]), 400),
        (header, body(&[&part("enable", "1")]), 400),
        (header, body(&[&part("unknown", "true")]), 400),
        (header, body(&[&on, &on]), 400),
        (header, body(&[&on.replace("name=", "filename=\"x\"; name=")]), 400),
        (header, body(&[&on.replace("form-data", "attachment")]), 400),
        (header, body(&[&on.replace("Content-Disposition", "X-Other")]), 400),
        (header, body(&[&on.replace("\r\n\r\n", "\r\n")]), 400),
        (header, body(&[&on]).replace("--b--", "--b"), 400),
        (header, body(&[&on]) + "more", 400),
        (header, format!("before\r\n{}", body(&[&on])), 400),
        (header, body(&[&on]).replace("\r\n", "\n"), 400),
        ("multipart/form-data; boundary=other", body(&[&on]), 400),
        ("multipart/form-data; boundary=\"b \"", body(&[&on]).replace("--b", "--b "), 400),
        (
            &format!("multipart/form-data; boundary={}", "b".repeat(70)),
            body(&[&on]).replace("--b", &long(70)),
            204,
        ),
        (
            &format!("multipart/form-data; boundary={}", "b".repeat(71)),
            body(&[&on]).replace("--b", &long(71)),
            400,
        ),
        (
            header,
            body(&[&on.replacen("\r\n", "\r\nContent-Disposition: form-data; name=\"enable\"\r\n", 1)]),
            400,
        ),
        (header, body(&[&on.replace("\"enable\"", "\"enable\"; filename=\"x\"")]), 400),
        ("multipart/form-data; boundary=b; boundary=b", body(&[&on]), 400),
        ("multipart/form-data; boundary=\"b", body(&[&on]), 400),
        ("multipart/form-data; boundary=", body(&[&on]).replace("--b", "--"), 400),
        ("multipart/form-data; boundary=\"b*\"", body(&[&on]).replace("--b", "--b*"), 400),
    ] {
        let mut bench = Bench::new();
        let (got, answer) = bench.send("PATCH", &account("sub-1", "settings"), header, &body);
        assert_eq!(got, status, "{header} {body}: {answer}");
        assert_eq!(bench.sandbox.state.accounts[1].settings.enable, status == 204, "{header} {body}");
    }
    for name in ["", "a%22", "a\\b"] {
        let body = body(&[&part(name, "true")]);
        let (_, answer) = Bench::new().send("PATCH", &account("sub-1", "settings"), header, &body);
        assert_eq!(answer["message"], "Request body should be a valid JSON object.", "{name}");
    }
    // One text field has the complete array, marked as JSON in the collection's sample.
    let list = json!([number("+16466661110")]).to_string();
    let field = part("internal_numbers", &list).replacen("\r\n", "\r\nContent-Type: application/json\r\n", 1);
    let mut bench = Bench::new();
    let (status, answer) =
        bench.send("POST", &account("sub-1", "internal_numbers"), header, &body(&[&field]));
    assert_eq!((status, &answer["internal_numbers"][0]["type"]), (201, &json!(0)));
}
