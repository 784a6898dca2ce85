//! An export for another vendor: that vendor accepts it, and comments report what became of the other fields.

use trunkctl::internal::What;

use super::*;
use crate::support::served::Served;

#[test]
fn exports_convert_between_every_pair_of_vendors() {
    let place = seeded();
    for source in vendors::ALL {
        for target in vendors::ALL.iter().filter(|target| target.facts().name != source.facts().name) {
            let (from, to) = (source.facts().name, target.facts().name);
            for (format, form) in FORMS {
                let ran = sandbox(&place, &format!("-p {from} export --for {to} -o {format}")).expect(0);
                // Comments are broken between words.
                let report = format!("{}{}", ran.out, ran.err).replace("\n#       ", " ");
                assert!(report.contains("kept: ") || to == "zoom", "{from} {to}: {ran:?}");
                assert!(report.contains("dropped: "), "{from} {to}: {ran:?}");
                assert!(
                    report.contains("approximated: ") && report.contains("needs input: "),
                    "{from} {to}: {ran:?}"
                );
                if to == "zoom" {
                    // Its trunks are identified by values that only a person knows.
                    let refusal = read(&place, form, &ran.out, &vendor_names()).unwrap_err();
                    assert!(refusal.contains("or `master_trunk` for an assigned one"), "{refusal}");
                    assert!(report.contains("needs input: master_trunk: "), "{ran:?}");
                    continue;
                }
                let manifest = read(&place, form, &ran.out, &vendor_names()).unwrap();
                assert!(!manifest.entries.is_empty(), "{from} {to}: {ran:?}");
                for entry in &manifest.entries {
                    assert_eq!(*entry.profiles, [to.to_owned()]);
                    let What::Trunk(trunk) = &entry.what else { panic!("{entry:?}") };
                    for error in target.check_create(trunk).errors {
                        assert!(report.contains(&error.message), "{error:?} {ran:?}");
                        let missing = trunk.given().all(|field| field.name() != error.field);
                        assert!(missing, "{from} {to}: {error:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn unsupported_lists_are_dropped_with_the_reason() {
    let place = seeded();
    for to in ["yeastar", "itniotech"] {
        let ran = sandbox(&place, &format!("-p zoom export --for {to} -o json")).expect(0);
        assert!(
            ran.json().get("internal_numbers").is_none() && ran.json().get("callout_countries").is_none()
        );
        let report = ran.err.replace('\n', " ");
        assert!(
            report.contains("3 internal numbers of account `sub-1` of profile `zoom`: dropped: "),
            "{report}"
        );
        assert!(
            report.contains("3 call-out countries of account `sub-1` of profile `zoom`: dropped: "),
            "{report}"
        );
    }
    let ran = sandbox(&place, "-p zoom export --for zoom -o json").expect(0);
    assert_eq!(ran.json(), sandbox(&place, "-p zoom export -o json").expect(0).json());
}

#[test]
fn trunks_with_the_same_name_are_renamed_if_they_collide() {
    let place = seeded();
    let line = "-p itniotech trunk create --name itsp-main --kind peer --direction outbound --host 192.0.2.77 \
                --agent-group Support";
    sandbox(&place, line).expect(0);
    let ran = sandbox(&place, "-p yeastar,itniotech export --for yeastar").expect(0);
    let manifest = read(&place, "toml", &ran.out, &vendor_names()).unwrap();
    let trunks = manifest.entries.iter().filter_map(|entry| match &entry.what {
        What::Trunk(trunk) => Some(trunk.identity()),
        _ => None,
    });
    let names: Vec<_> = trunks.collect();
    assert!(names.contains(&"itsp-main") && names.contains(&"itsp-main-yeastar"), "{names:?}");
    assert!(ran.out.contains("approximated: name: itsp-main-yeastar, because another trunk"), "{ran:?}");
}

#[test]
fn an_unknown_target_profile_becomes_a_variable() {
    let (served, place) = (Served::start(), Place::new());
    let one = std::fs::read_to_string(served.profiles(&place, "")).unwrap();
    let two = format!(
        "{one}\n{}",
        one.replace("[profiles.itniotech]", "[profiles.second]")
            .split("\n\n")
            .find(|part| part.contains("[profiles.second]"))
            .unwrap()
    );
    let [one, two] = [("one.toml", &one), ("two.toml", &two)].map(|(name, text)| place.write(name, text));
    let create = "trunk create --from examples/yeastar/peer-trunk.yaml";
    let run = |file: &str, line: &str| {
        let words: Vec<&str> =
            ["--profiles-file", file, "-p", "yeastar"].into_iter().chain(line.split(' ')).collect();
        place.run(&words).expect(0)
    };
    run(&one, create);
    let ran = run(&one, "export --for itniotech");
    assert!(ran.out.contains("profile = \"itniotech\"") && !ran.out.contains("PROFILE}"), "{ran:?}");
    let ran = run(&two, "export --for itniotech");
    assert!(
        ran.out.contains("profile = \"${PROFILE}\"") && ran.out.contains("needs input: profile: "),
        "{ran:?}"
    );
    assert_eq!(*read(&place, "toml", &ran.out, &["p"]).unwrap().entries[0].profiles, ["p".to_owned()]);
}
