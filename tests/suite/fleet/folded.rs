//! Plans as table and Markdown: equal plans of several profiles are printed once, and Markdown stays short.

use super::*;

fn manifest(profiles: &[&str], trunks: usize) -> String {
    let trunk = |nth: usize| format!("[[trunk]]\nprofiles = {profiles:?}\nname = \"trunk-{nth:03}\"\n{PEER}");
    (0..trunks).map(trunk).collect()
}

#[test]
fn equal_plans_of_several_profiles_are_printed_once() {
    let lab = Lab::sites(3);
    let text = manifest(&["yeastar-0", "yeastar-1", "yeastar-2"], 1)
        + &manifest(&["yeastar-1"], 2).replace("trunk-000", "other");
    let path = lab.manifest(&text.replacen(
        "[[trunk]]\nprofiles = [\"yeastar-1\"]\nname = \"trunk-001\"",
        "[[trunk]]\nprofiles = [\"yeastar-1\"]\nname = \"third\"",
        1,
    ));
    let shown = lab.run(&format!("-o table plan -f {path}")).expect(0).out;
    assert!(shown.contains("2 profiles: yeastar-0, yeastar-2\n"), "{shown}");
    assert!(shown.contains("profile yeastar-1\n"), "{shown}");
    assert_eq!(shown.matches("create trunk trunk-000").count(), 2, "{shown}");
    let markdown = lab.run(&format!("-o markdown plan -f {path}")).expect(0).out;
    assert!(
        markdown.contains("| create | 2 profiles: `yeastar-0`, `yeastar-2` | `trunk trunk-000` |"),
        "{markdown}"
    );
    // Data formats have all changes.
    assert_eq!(changes(&lab.run(&format!("plan -f {path}")).expect(0)).len(), 5);
}

#[test]
fn long_markdown_is_shortened_and_names_the_omitted_parts() {
    let lab = Lab::new();
    let path = lab.manifest(&manifest(&["yeastar"], 60));
    let plan = |words: &str| lab.run(&format!("-o markdown plan -f {path}{words}")).expect(0).out;
    let whole = plan("");
    assert!(whole.contains("`host`") && !whole.contains("leaves out") && whole.len() < 60_000, "{whole}");
    let objects = plan(" --max-bytes 6000");
    assert!(
        objects.len() <= 6000 && objects.contains("trunk trunk-059") && !objects.contains("`host`"),
        "{objects}"
    );
    assert!(objects.contains("To stay below 6000 bytes, this leaves out the fields"), "{objects}");
    let counts = plan(" --max-bytes 1000");
    assert!(counts.len() <= 1000 && counts.contains("| create | trunk | 60 | 1 |"), "{counts}");
    assert!(counts.contains("leaves out the changes") && counts.contains("60 to create"), "{counts}");
}

#[test]
fn passwords_that_cannot_be_compared_share_one_line() {
    let lab =
        Lab::before(vec![Served::start()], |base| Recorder::retelling(base, masked)).with("SECRET", PASSWORD);
    let trunk = |nth: usize| {
        format!(
            "[[trunk]]\nprofile = \"itniotech\"\nname = \"t{nth}\"\nkind = \"register\"\ndirection = \"outbound\"\n\
             host = \"192.0.2.{nth}\"\nusername = \"u{nth}\"\npassword = \"env:SECRET\"\nagent_groups = [{{ name = \"Team 00{nth}\" }}]\n"
        )
    };
    let path = lab.manifest(&(1..8).map(trunk).collect::<String>());
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    // On a machine without digests.
    let shown = lab.elsewhere(&format!("-o table plan -f {path}")).expect(0).out;
    assert!(shown.contains("~ change 7 trunks: password cannot be read"), "{shown}");
    assert_eq!((shown.matches("sent unseen").count(), shown.matches("t7").count()), (1, 1), "{shown}");
    let markdown = lab.elsewhere(&format!("-o markdown plan -f {path}")).expect(0).out;
    assert_eq!(markdown.matches("| change |").count(), 1, "{markdown}");
    // It does not count as a mass change.
    lab.elsewhere(&format!("apply -f {path} --yes")).expect(0);
}

const PASSWORD: &str = "s3cret-Value";

fn masked(_: &Seen, answer: Vec<u8>) -> Vec<u8> {
    String::from_utf8(answer).unwrap().replace(PASSWORD, "************").into_bytes()
}
