//! Malformed profiles, files and command lines that contain a secret.

use super::*;

/// A secret as written in a file, quoted and bare, with a label.
fn literals() -> [(String, &'static str); 2] {
    [(Value::from(canary("Literal")).to_string(), "quoted"), ("cAnaryLiteral/x".to_owned(), "bare")]
}

fn args<'a>(profiles: &'a str, line: &'a str) -> Vec<&'a str> {
    ["--profiles-file", profiles].into_iter().chain(line.split(' ')).collect()
}

#[test]
fn the_message_about_a_malformed_profile_contains_no_secrets() {
    let place = Place::new();
    for (secret, _) in literals() {
        for (at, text) in [
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret = {secret}\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret = {secret} x\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret = {}\n", &secret[..secret.len() - 1]),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret {secret}\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret: {secret}\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secrt = {secret}\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret = [{secret}]\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret = {{ a = {secret} }}\n"),
            format!(
                "[profiles.p]\nvendor = \"yeastar\"\n\
                 client_secret = {secret}\nclient_secret = {secret}\n"
            ),
            format!("[profiles.p]\nvendor = \"zoom\"\naccess_token = {secret}\nbase_url = \"no address\"\n"),
            format!("[profiles.p]\nvendor = \"itniotech\"\napi_secret = {secret}\n"),
            format!("[profiles.p]\nvendor = \"nobody\"\napi_secret = {secret}\n"),
            format!("[profiles.p]\napi_secret = {secret}\n"),
            format!("[profiles]\np = {secret}\n"),
            format!("client_secret = {secret}\n[profiles.p]\nvendor = \"yeastar\"\n"),
            format!("[profiles.p]\nvendor = \"yeastar\"\nclient_secret = '''{secret}\nx\n"),
            "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"https://u:cAnaryLiteral@192.0.2.1\"\n".into(),
            "[profiles.p]\nvendor = \"yeastar\"\n\
             base_url = \"https://192.0.2.1/?access_token=cAnaryLiteral\"\n"
                .into(),
            "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"https://u:cAnaryLiteral@[192.0.2.1\"\n".into(),
            "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"http://u:cAnaryLiteral@192.0.2.1\"\n".into(),
            "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"ftp://u:cAnaryLiteral@192.0.2.1\"\n".into(),
        ]
        .into_iter()
        .enumerate()
        {
            let inputs = Place::new();
            let profiles = inputs.write("profiles.toml", &text);
            for format in ["table", "json"] {
                let line = format!("-p p -o {format} -vvv trunk update id:1 --kind peer --port 5060");
                let ran = place.run(&args(&profiles, &line));
                sweep(&place, &ran, &format!("{at}: {text}"));
                assert_eq!(ran.code, 3, "{at}: {text}: {ran:?}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused_without_quoting_it() {
    let (place, inputs) = (Place::new(), Place::new());
    let secret = Value::from(canary("Literal"));
    let text = format!("[profiles.p]\nvendor = \"itniotech\"\napi_key = {secret}\napi_secret = {secret}\n");
    let profiles = inputs.write("profiles.toml", &text);
    let good = inputs.write("good.toml", &text);
    let spec = inputs.write("trunk.toml", &format!("name = \"t\"\npassword = {secret}\n"));
    for path in [&profiles, &spec] {
        crate::support::set_mode(path, 0o644);
    }
    for profiles in [&profiles, &good] {
        let args = ["--profiles-file", profiles, "-p", "p", "-vvv", "trunk", "create", "--from", &spec];
        sweep(&place, &place.run(&args).expect(3), "readable by others");
    }
}

#[test]
fn the_message_about_a_malformed_trunk_file_contains_no_password() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::Given);
    let mut cases: Vec<(&str, String)> = Vec::new();
    for (secret, _) in literals() {
        cases.extend([
            ("toml", format!("name = \"t\"\npassword = {secret} x\n")),
            ("toml", format!("name = \"t\"\npassword = {}\n", &secret[..secret.len() - 1])),
            ("toml", format!("name = \"t\"\npassword = [{secret}]\n")),
            ("toml", format!("name = \"t\"\npasword = {secret}\n")),
            ("toml", format!("name = \"t\"\npassword = {{ value = {secret} }}\n")),
            ("json", format!("{{\"name\": \"t\", \"password\": {secret}")),
            ("json", format!("{{\"name\": \"t\", \"password\": [{secret}]}}")),
            ("json", format!("{{\"name\": \"t\", \"password\": {{\"a\": {secret}}}}}")),
            ("json", format!("{{\"name\": \"t\", \"passwd\": {secret}}}")),
            ("json", format!("{{\"vendor_fields\": {{\"password\": {secret}}}, \"password\": {secret}}}")),
            ("yaml", format!("name: t\npassword: [{secret}]\n")),
            ("yaml", format!("name: t\npassword: {{a: {secret}}}\n")),
            ("yaml", format!("name: t\npasswrd: {secret}\n")),
            ("yaml", format!("name: t\npassword: !!int {secret}\n")),
            ("yaml", format!("name: t\npassword: {secret}: x\n")),
            ("yaml", format!("name: t\npassword: &a {secret}\n  b\n c: *d\n")),
            ("txt", format!("password {secret}\n")),
            ("txt", format!("password = {secret} = x\n")),
        ]);
    }
    for (form, text) in cases {
        let path = lab.inputs.write(&format!("odd.{form}"), &text);
        for vendor in ["yeastar", "itniotech"] {
            for format in ["table", "json"] {
                let ran = lab.run((vendor, &format!("trunk create --from {path}")), &format!("-o {format}"));
                assert!([3, 4].contains(&ran.code), "{text}: {ran:?}");
                let line = format!("-p {vendor} -o {format} -vvv trunk create --from -");
                let ran = lab.place.pipe(&args(&lab.profiles, &line), &text);
                sweep(&lab.place, &ran, &text);
            }
        }
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn the_message_about_an_unquoted_numeric_password_does_not_quote_it() {
    // A number cannot contain the mark.
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::Given);
    let digits = "83726154907";
    for (form, text) in [
        ("toml", format!("name = \"t\"\npassword = {digits}\n")),
        ("json", format!("{{\"name\": \"t\", \"password\": {digits}}}")),
        ("json", format!("{{\"name\": \"t\", \"password\": -{digits}}}")),
        ("json", format!("{{\"name\": \"t\", \"password\": {digits}.5}}")),
        ("yaml", format!("name: t\npassword: {digits}\n")),
    ] {
        let path = lab.inputs.write(&format!("digits.{form}"), &text);
        for format in ["table", "json"] {
            let ran = lab.run(("yeastar", &format!("trunk create --from {path}")), &format!("-o {format}"));
            assert_eq!(ran.code, 4, "{text}: {ran:?}");
            assert!(!format!("{}{}", ran.out, ran.err).contains("8372615"), "{text}: {ran:?}");
        }
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_password_on_the_command_line_is_refused_without_repeating_it() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::Given);
    for secret in
        [canary("Typed"), "cAnaryTyped".to_owned(), "evn:cAnaryTyped".into(), "Env:cAnaryTyped".into()]
    {
        let forms: [Vec<String>; 9] = [
            vec!["--password-from".into(), secret.clone()],
            vec![format!("--password-from={secret}")],
            vec!["--password".into(), secret.clone()],
            vec![format!("--password={secret}")],
            vec![format!("--passwordfrom={secret}")],
            vec!["--password-form".into(), secret.clone()],
            vec!["--pasword".into(), secret.clone()],
            vec![format!("--client-secret={secret}")],
            vec![format!("--access-token={secret}")],
        ];
        for form in forms {
            for verb in [&["trunk", "create", "--name", "t"][..], &["trunk", "update", "id:1"][..]] {
                for format in ["table", "json"] {
                    let mut args =
                        vec!["--profiles-file", &lab.profiles, "-p", "yeastar", "-o", format, "-vvv"];
                    args.extend(verb);
                    args.extend(form.iter().map(String::as_str));
                    let ran = lab.place.run(&args);
                    sweep(&lab.place, &ran, &format!("{args:?}"));
                    assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
                }
            }
        }
    }
    for field in [
        "password=\"cAnaryTyped\"",
        "sipPassword=\"cAnaryTyped\"",
        "password=cAnaryTyped",
        "access_token=\"cAnaryTyped\"",
    ] {
        for vendor in ["yeastar", "itniotech"] {
            for format in ["table", "json"] {
                let line = format!(
                    "-p {vendor} -o {format} -vvv trunk update id:1 --kind peer --vendor-field {field}"
                );
                let args = args(&lab.profiles, &line);
                sweep(&lab.place, &lab.place.run(&args), &format!("{args:?}"));
            }
        }
    }
    assert!(!server.requests().iter().any(|request| request.contains("cAnaryTyped")));
}
