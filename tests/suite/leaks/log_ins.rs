//! Undocumented answers to a log-in, and to a read of an object with a password. Their secrets are new, so a list
//! of known secrets does not help.

use super::*;

/// Texts with the secret in unexpected positions.
fn odd_tokens(secret: &str) -> Vec<String> {
    let text = Value::from(secret).to_string();
    vec![
        format!("{{\"access_token\":{text},\"expires_in\":36"),
        format!("{{\"errcode\":0,\"access_token\":{}", &text[..text.len() - 4]),
        format!("{{\"access_token\":{text}}}"),
        format!("{{\"errcode\":0,\"errmsg\":\"SUCCESS\",\"access_token\":{text}}}"),
        format!("{{\"errcode\":0,\"access_token\":{text},\"access_token_expire_time\":{text}}}"),
        format!("{{\"errcode\":0,\"access_token\":[{text}],\"access_token_expire_time\":1}}"),
        format!("{{\"errcode\":0,\"refresh_token\":{text},\"access_token_expire_time\":1}}"),
        format!("{{\"token\":{text}}}"),
        format!("{{\"data\":{{\"jwt\":{text}}}}}"),
        format!("[{text}]"),
        text.clone(),
        secret.to_owned(),
        format!("access_token={secret}&expires_in=3600"),
        format!("callback({{\"access_token\":{text}}})"),
        format!("\u{feff}{{\"access_token\":{text}}}"),
        format!("\u{feff} \n[{text}"),
        format!(")]}}',\n{{\"access_token\":{text}}}"),
    ]
}

#[test]
fn an_undocumented_answer_to_a_log_in_leaks_no_token() {
    std::thread::scope(|scope| {
        for job in [JOBS[1], JOBS[10]] {
            scope.spawn(move || {
                for body in odd_tokens(&canary("Token")) {
                    let location = format!("Location: http://127.0.0.1:9/#{}\r\n", body.replace('\n', ""));
                    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{body}");
                    for answer in [
                        http(200, "Content-Type: application/json\r\n", &body),
                        http(400, "", &body),
                        http(500, "", &body),
                        http(302, &location, &body),
                        cut.into_bytes(),
                    ] {
                        let server = Scripted::answering(move |_, request| match is_log_in(request) {
                            true => Act::Raw(answer.clone()),
                            false => Act::Drop,
                        });
                        Lab::new(&server.base, Proof::LogIn).run(job, "-o json");
                    }
                }
            });
        }
    });
}

#[test]
fn an_undocumented_answer_with_a_password_does_not_leak_it() {
    let secret = canary("ReadPassword");
    let text = Value::from(secret.as_str());
    let row = |password: Value| json!({"id": 7, "name": "t", "type": "register", "password": password});
    let trunk =
        |password: Value| json!({"keyId": 5000028, "type": 1, "sipTrunkName": "t", "sipPassword": password});
    let bodies = [
        json!({"errcode": 0, "data": row(json!([text]))}).to_string(),
        json!({"errcode": 0, "data": row(json!({"a": text}))}).to_string(),
        json!({"errcode": 0, "data": [row(text.clone()), row(text.clone())]}).to_string(),
        json!({"errcode": 0, "data": {"password": text}}).to_string(),
        json!({"errcode": 60001, "errmsg": "DATA NOT FOUND", "data": row(text.clone())}).to_string(),
        json!({"status": "0", "data": {"total": 1, "records": [trunk(json!([text]))]}}).to_string(),
        json!({"status": "0", "data": {"total": 1, "records": [trunk(json!({"a": text}))]}}).to_string(),
        json!({"status": "0", "data": {"total": 9, "records": [trunk(text.clone())]}}).to_string(),
        json!({"status": "0", "data": {"total": 1, "records": [{"sipPassword": text}]}}).to_string(),
        json!({"status": "-24", "data": [trunk(text.clone())]}).to_string(),
        json!([row(text.clone()), trunk(text.clone())]).to_string(),
    ];
    let whole =
        json!({"errcode": 0, "status": "0", "data": [row(text.clone()), trunk(text.clone())]}).to_string();
    let cuts = [&whole[..whole.len() - 2], &whole[..whole.len() - 12], &whole[1..]].map(str::to_owned);
    let marked = [format!("\u{feff}{whole}"), format!("\u{feff} {}", cuts[0]), format!("{whole}{whole}")];
    for body in bodies.into_iter().chain(cuts).chain(marked) {
        for status in [200, 400, 500] {
            for job in [JOBS[4], JOBS[5], JOBS[8]] {
                let bytes = http(status, "", &body);
                let server = Scripted::start(vec![Act::Raw(bytes)]);
                Lab::new(&server.base, Proof::Given).run(job, "-o json");
            }
        }
    }
}

#[test]
fn a_refused_refresh_that_echoes_the_request_leaks_no_token() {
    for status in [200, 400, 502] {
        let server = Scripted::answering(move |at, request| {
            let line = request.lines().next().unwrap_or_default();
            if line.contains("/refresh_token") {
                answer(
                    status,
                    &json!({"errcode": 40002, "errmsg": request, "refresh_token": canary("Refresh")}),
                )
            } else if at == 1 {
                answer(200, &json!({"errcode": 10004, "errmsg": request}))
            } else {
                well(request)
            }
        });
        Lab::new(&server.base, Proof::LogIn).run(JOBS[0], "").expect(0);
        assert!(
            server.requests().iter().any(|request| request.starts_with("POST /openapi/v1.0/refresh_token"))
        );
    }
}

#[test]
fn the_message_about_a_damaged_token_cache_does_not_quote_it() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::LogIn);
    lab.run(JOBS[0], "").expect(0);
    let files = lab.place.files();
    let file = files.iter().find(|path| path.to_string_lossy().contains("tokens")).unwrap();
    for text in [
        format!("{{\"access\":\"{}", canary("Token").replace(['"', '\\'], "")),
        json!({"owner": canary("Token"), "access": 7}).to_string(),
        json!(canary("Token")).to_string(),
        canary("Token"),
    ] {
        std::fs::write(file, text).unwrap();
        lab.run(JOBS[0], "").expect(0);
    }
}
