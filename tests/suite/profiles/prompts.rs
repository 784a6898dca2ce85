//! Prompts before a delete name the profile and its address.

use super::*;
use crate::support::lab::Lab;

#[test]
fn every_refusal_without_a_terminal_names_profile_and_host() {
    let Lab { place, profiles, recorder, served: _served } = Lab::new();
    let host = recorder.base.trim_start_matches("http://");
    let place = place.with("TRUNKCTL_PROFILES_FILE", &profiles);
    run(&place, &format!("-p yeastar {PEER}")).expect(0);
    run(&place, "-p zoom callout-countries add GB").expect(0);
    let number = "internal-numbers add --number +442071838750 --label L --language en-GB";
    run(&place, &format!("-p zoom {number}")).expect(0);
    let numbers = place.write("numbers.csv", "number\n+442071838750\n");
    let manifest = place.write("m.toml", &crate::support::given::peer("yeastar", "t2"));
    for (profile, line) in [
        ("yeastar", "-p yeastar trunk delete name:t".to_owned()),
        ("yeastar", format!("apply -f {manifest}")),
        ("zoom", "-p zoom callout-countries remove GB".into()),
        ("zoom", "-p zoom internal-numbers remove +442071838750".into()),
        ("zoom", format!("-p zoom internal-numbers remove --from {numbers}")),
        ("zoom", "-p zoom sip-settings assign --enable false".into()),
        ("zoom", "-p zoom sip-settings assign --show-zoom-provided-numbers remove".into()),
        ("zoom", "-p zoom numbers clear --account sub-1".into()),
    ] {
        let error = run(&place, &format!("{line} -o json")).expect(4).error();
        let message = error["message"].as_str().unwrap();
        for part in [&format!("on profile `{profile}` ({host})."), "Cannot ask for confirmation: no terminal"]
        {
            assert!(message.contains(part), "{line}: no {part} in {message}");
        }
        assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    }
    assert!(
        !recorder.lines().iter().any(|line| line.starts_with("DELETE") || line.contains("/trunk/delete"))
    );
    // In the sandbox the port has no meaning.
    run(&place, &format!("--sandbox -p yeastar {PEER}")).expect(0);
    let ran = run(&place, "--sandbox -p yeastar trunk delete name:t").expect(4);
    assert!(ran.err.contains("on profile `yeastar` (the sandbox)."), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_question_names_profile_and_host() {
    use crate::support::served::Served;
    use crate::support::terminal::Terminal;
    let (served, place) = (Served::start(), Place::new());
    let file = served.profiles(&place, "");
    let host = served.base.trim_start_matches("http://").to_owned();
    let place = place.with("TRUNKCTL_PROFILES_FILE", &file);
    run(&place, &format!("-p yeastar {PEER}")).expect(0);
    let about = format!("on profile `yeastar` ({host}).");
    let mut terminal = Terminal::start(&place, &["-p", "yeastar", "trunk", "delete", "name:t"]);
    terminal.wait_for(&about).wait_for("[y/N]").type_line("n");
    let (status, shown) = terminal.end();
    assert!(status.code() == Some(4) && shown.contains("You did not confirm; nothing was sent"), "{shown}");
    assert_eq!(shown.matches(&about).count(), 2, "{shown}");
    let mut terminal = Terminal::start(&place, &["-p", "zoom", "numbers", "clear", "--account", "sub-1"]);
    terminal.wait_for(&format!("on profile `zoom` ({host}).")).wait_for("account's id").press("\u{4}");
    let (status, shown) = terminal.end();
    assert!(status.code() == Some(4) && shown.contains("nothing was removed"), "{shown}");
}
