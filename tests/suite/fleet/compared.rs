//! `diff`: the changes that would make one profile equal to another.

use super::*;

#[test]
fn two_profiles_are_compared_by_name_and_nothing_is_changed() {
    let lab = Lab::sites(2);
    let text = [
        peer("yeastar-0", "same"),
        peer("yeastar-0", "moved"),
        peer("yeastar-0", "left"),
        peer("yeastar-1", "right"),
        peer("yeastar-1", "moved").replace("5060", "5061"),
        peer("yeastar-1", "same"),
    ];
    let path = lab.manifest(&text.concat());
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.writes();
    let ran = lab.run("diff yeastar-0 yeastar-1 --detailed-exitcode").expect(14);
    let shown: Vec<String> = changes(&ran)
        .iter()
        .map(|change| {
            let word = |key: &str| change[key].as_str().unwrap().to_owned();
            format!("{} {} {} {}", word("action"), word("profile"), word("name"), fields(change).join(" "))
        })
        .collect();
    let mut sorted = shown.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "create yeastar-1 left name kind direction enabled host port domain transport codecs country",
            "delete yeastar-1 right ",
            "update yeastar-1 moved port",
        ],
        "{shown:?}"
    );
    assert!(lab.writes().is_empty());
    assert!(ran.err.contains("would make profile `yeastar-1` equal to `yeastar-0`"), "{}", ran.err);
    let equal = lab.run("diff yeastar-0 yeastar-0").expect(2).error();
    assert!(equal["message"].as_str().unwrap().contains("both profiles are the same"), "{equal}");
    let other = lab.run("diff yeastar-0 zoom-0").expect(13).error();
    assert!(other["hint"].as_str().unwrap().contains("export --for zoom"), "{other}");
}

#[test]
fn numbers_settings_and_countries_are_compared_too() {
    let lab = Lab::sites(2);
    let text = "[[internal_numbers]]\nprofile = \"zoom-0\"\nnumbers = [{ number = \"+16466661110\", labels = \"A\", \
                languages = \"en-US\" }]\n[[callout_countries]]\nprofile = \"zoom-0\"\ncountries = [\"NO\"]\n\
                [[sip_settings]]\nprofile = \"zoom-0\"\nshow_callout_internal_number = true\n";
    let path = lab.manifest(text);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let ran = lab.run("diff zoom-0 zoom-1").expect(0);
    let kinds = column(&ran, "kind");
    for kind in ["internal_number", "callout_country", "sip_settings"] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}: {kinds:?}");
    }
    // In the other direction, the objects are deleted.
    let back = column(&lab.run("diff zoom-1 zoom-0").expect(0), "action");
    assert!(back.iter().filter(|action| *action == "delete").count() >= 2, "{back:?}");
}
