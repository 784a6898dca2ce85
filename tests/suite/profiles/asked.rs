//! `profile init` and questions at a terminal.

use super::*;
use crate::support::served::Served;
use crate::support::terminal::Terminal;

#[test]
fn init_prompts_for_the_keys_that_the_vendor_requires() {
    let (served, place) = (Served::start(), Place::new());
    let path = place.path().join("etc/profiles.toml");
    let place = place.with("TRUNKCTL_PROFILES_FILE", path.to_str().unwrap());
    let mut terminal = Terminal::start(&place, &["profile", "init", "meetings"]);
    terminal.wait_for("vendor (yeastar, itniotech, zoom):").type_line("zoom");
    terminal.wait_for("base_url:").wait_for("[https://api.zoom.us/v2]:");
    terminal.type_line(&format!("{}/zoom/v2", served.base));
    terminal.wait_for("token_url:").type_line(&format!("{}/zoom/oauth/token", served.base));
    // Required values are asked for again.
    terminal.wait_for("account_id:").type_line("");
    terminal.wait_for("account_id is needed").wait_for("account_id:").type_line("sandbox-account");
    terminal.wait_for("client_id:").type_line("sandbox");
    terminal.wait_for("client_secret:").type_unseen("-");
    terminal.wait_for("client_secret:").type_unseen("sandbox-secret");
    terminal.wait_for("account:").wait_for("[me]:").type_line("sub-1");
    terminal.wait_for("body_format:").wait_for("[json]:").type_line("xml");
    terminal
        .wait_for("body_format `xml` is not known; use one of json, multipart")
        .wait_for("[json]:")
        .type_line("");
    terminal.wait_for("plan:").wait_for("[pro]:").type_line("");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(!shown.contains("sandbox-secret"), "{shown}");
    assert!(shown.contains("accepted"), "{shown}");
    let own = path.with_file_name("meetings.client_secret");
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "sandbox-secret\n");
    for file in [&own, &path] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
    let written: Value = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    // A default that was only confirmed is not written down.
    let keys: Vec<&String> = written["profiles"]["meetings"].as_object().unwrap().keys().collect();
    let expected = ["account", "account_id", "base_url", "client_id", "client_secret", "token_url", "vendor"];
    let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(written["profiles"]["meetings"]["client_secret"], "file:meetings.client_secret");
    run(&place, "profile check").expect(0);
}

#[test]
fn a_typed_reference_is_kept_and_a_taken_name_is_reported_at_once() {
    let (served, place) = (Served::start(), Place::new());
    let path = place.path().join("profiles.toml");
    let place = place.with("TRUNKCTL_PROFILES_FILE", path.to_str().unwrap()).with("PBX", "sandbox-secret");
    let base = format!("base_url={}/yeastar", served.base);
    let words =
        ["profile", "init", "pbx", "--vendor", "yeastar", "--set", &base, "--set", "client_id=sandbox"];
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("client_secret:").type_unseen("env:PBX");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"env:PBX\""));
    assert!(!path.with_file_name("pbx.client_secret").exists());
    let (status, shown) = Terminal::start(&place, &["profile", "init", "pbx"]).end();
    assert!(status.code() == Some(7) && !shown.contains("vendor ("), "{shown}");
}

/// A wrong secret that was typed is in no file afterwards. It is asked for a second time, with what a third may cost.
#[test]
fn a_failing_secret_is_asked_for_once_more_and_not_kept() {
    let (served, place) = (Served::start(), Place::new());
    let path = place.path().join("profiles.toml");
    let place = place.with("TRUNKCTL_PROFILES_FILE", path.to_str().unwrap());
    let base = format!("base_url={}/yeastar", served.base);
    let words =
        ["profile", "init", "pbx", "--vendor", "yeastar", "--set", &base, "--set", "client_id=sandbox"];
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("client_secret:").type_unseen("not-the-secret");
    terminal.wait_for("after 5 failed log-ins").wait_for("client_secret:").type_unseen("nor-this-one");
    let (status, shown) = terminal.end();
    assert!(status.code() == Some(5) && shown.matches("client_secret:").count() == 2, "{shown}");
    assert!(!shown.contains("not-the-secret") && !shown.contains("nor-this-one"), "{shown}");
    assert!(place.kept().is_empty(), "{:?}", place.kept());
    // The second one is right.
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("client_secret:").type_unseen("not-the-secret");
    terminal.wait_for("failed log-ins").wait_for("client_secret:").type_unseen("sandbox-secret");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert_eq!(
        std::fs::read_to_string(path.with_file_name("pbx.client_secret")).unwrap(),
        "sandbox-secret\n"
    );
}

/// Each answer is checked at once, and asked for again with the reason.
#[test]
fn an_invalid_answer_is_asked_for_again() {
    let (served, place) = (Served::start(), Place::new());
    let path = place.path().join("profiles.toml");
    let place = place.with("TRUNKCTL_PROFILES_FILE", path.to_str().unwrap()).with("PBX", "sandbox-secret");
    let mut terminal = Terminal::start(&place, &["profile", "init", "pbx"]);
    terminal.wait_for("vendor (").type_line("yeaster");
    terminal.wait_for("unknown vendor `yeaster`").wait_for("did you mean `yeastar`?");
    terminal.wait_for("vendor (").type_line("cisco");
    terminal.wait_for("the vendors are yeastar, itniotech, zoom").wait_for("vendor (").type_line("yeastar");
    terminal.wait_for("base_url:").type_line("pbx");
    terminal.wait_for("not an address").wait_for("base_url:").type_line("http://192.0.2.10");
    terminal.wait_for("plain HTTP").wait_for("base_url:").type_line(&format!("{}/yeastar", served.base));
    terminal.wait_for("client_id:").type_line("sandbox");
    terminal.wait_for("client_secret:").type_unseen("env:NOT_SET");
    terminal.wait_for("env:NOT_SET is not set").wait_for("client_secret:").type_unseen("file:absent");
    terminal.wait_for("absent cannot be read").wait_for("client_secret:").type_unseen("evn:PBX");
    terminal.wait_for("env:").wait_for("client_secret:").type_unseen("env:PBX");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"env:PBX\""));
}

#[test]
fn the_end_of_the_input_ends_the_questions() {
    let place = Place::new();
    let words = ["profile", "init", "cc", "--vendor", "itniotech"];
    for at in ["vendor", "base_url", "api_key"] {
        let mut terminal = Terminal::start(&place, if at == "vendor" { &words[..3] } else { &words });
        match at {
            "vendor" => terminal.wait_for("vendor (").press("\u{4}"),
            "base_url" => terminal.wait_for("base_url:").press("\u{4}"),
            _ => {
                terminal.wait_for("base_url:").type_line("");
                terminal.wait_for("api_key:").wait_for_echo(false).press("\u{4}")
            }
        };
        let (status, shown) = terminal.end();
        assert_eq!(status.code(), Some(2), "{shown}");
        assert!(
            shown.contains(&format!("the input ended at the prompt for {at}; nothing was written")),
            "{shown}"
        );
        assert!(!shown.contains("no terminal") && place.kept().is_empty(), "{shown}");
    }
}

/// Ctrl-C at a prompt ends the program without any change.
#[test]
fn a_question_can_be_interrupted() {
    let (served, place) = (Served::start(), Place::new());
    let file = served.profiles(&place, "");
    let place = place.with("TRUNKCTL_PROFILES_FILE", &file);
    run(&place, &format!("-p yeastar {PEER}")).expect(0);
    let mut terminal = Terminal::start(&place, &["-p", "yeastar", "trunk", "delete", "name:t"]);
    terminal.wait_for("[y/N]").press("\u{3}");
    let (status, shown) = terminal.end();
    assert!(status.code() == Some(130) && !shown.contains("deleted"), "{shown}");
    run(&place, "-p yeastar trunk get name:t").expect(0);
    // The terminal shows nothing while a secret is typed, and is restored afterwards.
    let mut terminal = Terminal::start(&place, &["profile", "init", "cc", "--vendor", "itniotech"]);
    terminal.wait_for("base_url:").type_line("");
    terminal.wait_for("api_key:").wait_for_echo(false).press("\u{3}").ended();
    terminal.wait_for_echo(true);
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown}");
}

/// A profiles file with one profile that takes its client secret from a command.
fn with_command(place: &Place, base: &str, command: &str) -> String {
    let text = format!(
        "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\nclient_id = \"c\"\nclient_secret = {}\n",
        json!(format!("cmd:{command}"))
    );
    place.write("profiles.toml", &text)
}

/// A command may ask on the terminal, as `pass` does for its passphrase.
#[test]
fn a_command_of_a_secret_asks_on_the_terminal() {
    let place = Place::new();
    let scripted = Scripted::start(vec![pbx_token(), pbx_done()]);
    let file = with_command(
        &place,
        &scripted.base,
        "printf 'Passphrase: ' >/dev/tty; read -r word </dev/tty; echo \"$word\"",
    );
    let words: Vec<&str> = ["--profiles-file", &file].into_iter().chain(PEER.split(' ')).collect();
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("Passphrase: ").type_line("typed-secret");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(scripted.requests()[0].contains("typed-secret"), "{:?}", scripted.requests());
}

/// On a terminal too, the command ends with Ctrl-C and with the deadline, and so do its children. A child that
/// outlives it keeps the terminal open, so the test would not see the end.
#[test]
fn a_command_on_the_terminal_ends_and_the_terminal_shows_what_is_typed() {
    let (place, silent) = (Place::new(), Silent::start());
    let late = place.path().join("late");
    // Everything ignores Ctrl-C before the test may press it.
    let command = format!(
        "trap '' INT; stty -echo; (sleep 20; touch '{}') & echo asked >/dev/tty; wait",
        late.display()
    );
    let file = with_command(&place, &silent.base, &command);
    for (deadline, code) in [("1m", 130), ("2s", 3)] {
        let head = ["--deadline", deadline, "--profiles-file", &file];
        let words: Vec<&str> = head.into_iter().chain(PEER.split(' ')).collect();
        let mut terminal = Terminal::start(&place, &words);
        terminal.wait_for("asked").wait_for_echo(false);
        if code == 130 {
            terminal.press("\u{3}");
        }
        terminal.ended();
        terminal.wait_for_echo(true);
        let (status, shown) = terminal.end();
        assert_eq!(status.code(), Some(code), "{shown}");
        assert!(!late.exists(), "{shown}");
    }
    silent.untouched("a command that ended");
}

/// Ctrl-C reaches the command too, which may end before the program has noticed.
#[test]
fn ctrl_c_counts_as_an_interruption_even_if_the_secret_command_ends_first() {
    let (place, silent) = (Place::new(), Silent::start());
    for command in ["kill -INT 0; sleep 20", "trap 'exit 130' INT; kill -INT 0; sleep 20"] {
        let file = with_command(&place, &silent.base, command);
        let words: Vec<&str> = ["--profiles-file", &file].into_iter().chain(PEER.split(' ')).collect();
        let mut terminal = Terminal::start(&place, &words);
        terminal.ended();
        let (status, shown) = terminal.end();
        assert_eq!(status.code(), Some(130), "{shown}");
    }
}

/// `--password-from -` asks a person, and does not show the answer.
#[test]
fn a_password_on_standard_input_is_asked_for_on_a_terminal() {
    let place = Place::new();
    let scripted = Scripted::start(vec![pbx_done()]);
    let profiles = crate::support::given::profiles_with_tokens(&place, &scripted.base);
    let line =
        format!("--profiles-file {profiles} -p yeastar trunk update id:7 --kind register --password-from -");
    let words: Vec<&str> = line.split(' ').collect();
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("password:").type_unseen(" Typed-1234567");
    let (status, shown) = terminal.end();
    assert!(status.success() && !shown.contains("Typed-1234567"), "{shown}");
    let requests = scripted.requests();
    assert!(requests.len() == 1 && requests[0].contains("\" Typed-1234567\""), "{requests:?}");
    // Ctrl-C ends it, and the terminal echoes typed text again.
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("password:").wait_for_echo(false).press("\u{3}").ended();
    terminal.wait_for_echo(true);
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown}");
    // A signal from elsewhere ends it too.
    let mut terminal = Terminal::start(&place, &words);
    terminal.wait_for("password:").wait_for_echo(false).interrupt();
    terminal.ended();
    terminal.wait_for_echo(true);
    assert_eq!(terminal.end().0.code(), Some(130));
    assert_eq!(scripted.requests().len(), 1);
}
