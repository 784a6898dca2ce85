//! Vendors, and gateways in front of them, that echo the request.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::*;

/// The characters that a browser encodes in a query; it leaves all others unchanged.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'%').add(b'\\');

/// The requests that are refused with an echo; the others are answered normally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    LogIn,
    /// Every request after the log-in.
    Call,
    Write,
}

/// The percent-encoded text with its hexadecimal digits in lower case.
fn lower_digits(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}%{}{}", part[..2].to_lowercase(), &part[2..]))
}

/// The secrets of the tests, in every known spelling.
fn spellings() -> String {
    let mut texts = Vec::new();
    for name in [
        "ClientSecret",
        "AccessToken",
        "ApiKey",
        "ApiSecret",
        "TrunkPassword",
        "ReadPassword",
        "Token",
        "Refresh",
    ] {
        let secret = canary(name);
        let json = Value::from(secret.as_str()).to_string();
        texts.extend([
            Value::from(json.as_str()).to_string(),
            json.replace('/', "\\/"),
            json,
            lower_digits(&utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC).to_string()),
            utf8_percent_encode(&secret, QUERY).to_string(),
            utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC).to_string().replace("%20", "+"),
            secret.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;"),
            secret.replace('&', "&#x26;").replace('"', "&#34;").replace('<', "\\u003c"),
            STANDARD.encode(&secret),
            URL_SAFE_NO_PAD.encode(&secret),
            STANDARD.encode(format!("id:{secret}")),
            URL_SAFE_NO_PAD.encode(format!("id:{secret}")),
            secret,
        ]);
    }
    texts.join(" , ")
}

/// Every way to echo a text: in the vendors' own errors and in pages.
fn echoes(text: &str) -> Vec<Act> {
    let page = |status, text: &str| Act::Raw(http(status, "Content-Type: text/html\r\n", text));
    let header: String = text.chars().filter(|c| !c.is_control()).collect();
    vec![
        answer(
            200,
            &json!({"errcode": 40002, "errmsg": text, "submsg": text, "status": "-22", "reason": text}),
        ),
        answer(
            200,
            &json!({"errcode": 40002, "errmsg": "PARAMETER ERROR", "status": "-47", "reason": text,
            "invalid_param_list": [{"field": text, "value": text, "validation_type": text},
                {"field": "name", "value": {"a": text}}]}),
        ),
        answer(200, &json!({"errcode": text, "status": text, "code": text})),
        Act::Raw(http(
            400,
            &format!("X-Zm-Trackingid: {header}\r\n"),
            &json!({"code": 300, "message": text,
            "errors": [{"field": text, "message": text}]})
            .to_string(),
        )),
        answer(400, &json!({"error": text, "reason": text})),
        answer(500, &json!({"unexpected": [text, {"deep": text}]})),
        answer(200, &json!([text])),
        answer(200, &json!(text)),
        page(502, &format!("<html><pre>{text}</pre></html>")),
        page(200, text),
        page(404, text),
        Act::Raw(http(400, "", &format!("{{\"code\":104,\"message\":\"unescaped \"{text}\" quotes\"}}"))),
    ]
}

/// A server that echoes the request at one stage, in the given form.
fn repeating(stage: Stage, form: usize, more: String) -> Scripted {
    Scripted::answering(move |_, request| {
        let hit = match stage {
            Stage::LogIn => is_log_in(request),
            Stage::Call => !is_log_in(request),
            Stage::Write => !is_log_in(request) && !is_read(request),
        };
        if !hit {
            return well(request);
        }
        let decoded = percent_decode_str(request).decode_utf8_lossy().into_owned();
        echoes(&format!("{more} {request} {decoded}")).swap_remove(form)
    })
}

#[test]
fn an_error_that_echoes_the_request_leaks_no_secret() {
    let forms = echoes("").len();
    // Returns whether the job has read anything.
    let run = |stage, form, job: Job| {
        let server = repeating(stage, form, String::new());
        let format = if form % 2 == 0 { "-o table" } else { "-o json" };
        let ran = Lab::new(&server.base, Proof::LogIn).run(job, format);
        // For Zoom, an object without an error is a success.
        assert!(ran.code != 0 || job.0 == "zoom", "{stage:?} {form} {job:?}: {ran:?}");
        server.requests().iter().any(|request| !is_log_in(request) && is_read(request))
    };
    std::thread::scope(|scope| {
        for form in 0..forms {
            scope.spawn(move || {
                for job in JOBS {
                    if job.0 != "itniotech" {
                        run(Stage::LogIn, form, *job);
                    }
                    // Without a read, every call was a write.
                    if run(Stage::Call, form, *job) {
                        run(Stage::Write, form, *job);
                    }
                }
            });
        }
    });
}

#[test]
fn an_error_with_the_secrets_in_other_spellings_leaks_none() {
    let all = spellings();
    // Commands that have used all their secrets by the time they are refused.
    let jobs =
        [(Proof::LogIn, JOBS[5]), (Proof::Given, JOBS[5]), (Proof::LogIn, JOBS[9]), (Proof::LogIn, JOBS[10])];
    std::thread::scope(|scope| {
        for (proof, job) in jobs {
            // A vendor can only echo what it received: the secrets of this profile.
            let other = if proof == Proof::LogIn { "AccessToken" } else { "ClientSecret" };
            let known = |text: &&str| {
                let unknown: &[&str] = match (job.0, proof) {
                    ("itniotech", _) => &["ClientSecret", "AccessToken", "Token", "Refresh"],
                    ("zoom", _) => &["ApiKey", "ApiSecret", "TrunkPassword", "ReadPassword", "Refresh"],
                    (_, Proof::LogIn) => &["ApiKey", "ApiSecret"],
                    _ => &["ApiKey", "ApiSecret", "Token", "Refresh"],
                };
                !unknown.iter().chain([&other]).any(|name| {
                    let named =
                        |text: &str| text.to_lowercase().contains(&format!("canary{}", name.to_lowercase()));
                    let decoded = |text: &str| {
                        STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).unwrap_or_default()
                    };
                    named(text) || named(&String::from_utf8_lossy(&decoded(text)))
                })
            };
            let text: Vec<&str> = all.split(" , ").filter(known).collect();
            assert!(text.len() > 12, "{job:?}");
            // Fields, a text, and pages, after which the command waits before it reads whether the write was applied.
            for (turn, form) in [1, 4, 8, 9].into_iter().enumerate() {
                let own: Vec<&str> = text.iter().copied().skip(turn).step_by(4).collect();
                scope.spawn(move || {
                    // One at a time: an error quotes only the beginning.
                    for spelling in own {
                        let server = repeating(Stage::Write, form, spelling.to_owned());
                        Lab::new(&server.base, proof).run(job, "-o json");
                    }
                });
            }
        }
    });
}

#[test]
fn truncating_a_quotation_does_not_reveal_part_of_a_secret() {
    let secret = canary("TrunkPassword");
    let job = JOBS[0];
    for length in (60..420).step_by(11).chain((3900..4020).step_by(11)) {
        let text = format!("{}{secret} and more", "x ".repeat(length / 2));
        for act in [
            Act::Raw(http(502, "Content-Type: text/html\r\n", &text)),
            answer(200, &json!({"errcode": 40002, "errmsg": text})),
        ] {
            let server = Scripted::start(vec![act]);
            Lab::new(&server.base, Proof::Given).run(job, "-o json");
        }
    }
    for length in (100..320).step_by(11) {
        let text = format!("{}{} and more", "x ".repeat(length / 2), canary("AccessToken"));
        for act in [Act::Raw(http(400, "", &text)), answer(400, &json!({"odd": text}))] {
            let server = Scripted::start(vec![act]);
            Lab::new(&server.base, Proof::Given).run(JOBS[10], "-o json");
        }
    }
}

#[test]
fn a_redirect_with_the_token_in_its_target_does_not_leak_it() {
    for (proof, name) in [(Proof::LogIn, "Token"), (Proof::Given, "AccessToken")] {
        let secret = utf8_percent_encode(&canary(name), percent_encoding::NON_ALPHANUMERIC).to_string();
        let raw: String = utf8_percent_encode(&canary(name), QUERY).to_string();
        for target in [
            format!("http://127.0.0.1:9/x?access_token={secret}"),
            format!("http://127.0.0.1:9/x?a=1&access_token={raw}#{raw}"),
            format!("http://127.0.0.1:9/x/{secret}/y"),
            format!("http://127.0.0.1:9/{}", lower_digits(&secret)),
            format!("http://u:{secret}@127.0.0.1:9/x"),
            format!("http://{secret}@127.0.0.1:9/x"),
            format!("/{secret}"),
            format!("//127.0.0.1:9/{raw}"),
            canary(name),
        ] {
            for job in [JOBS[0], JOBS[4], JOBS[10]] {
                for format in ["-o table", "-o json"] {
                    let page = format!("<a href=\"{target}\">here</a>");
                    let location = format!("Location: {target}\r\n");
                    let server = Scripted::answering(move |_, request| match is_log_in(request) {
                        true => well(request),
                        false => Act::Raw(http(302, &location, &page)),
                    });
                    Lab::new(&server.base, proof).run(job, format).expect(10);
                }
            }
        }
    }
}
