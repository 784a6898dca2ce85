//! Variables of a manifest: precedence of their sources, and messages about undefined and unused ones.

use super::*;

fn trunk(name: &str) -> String {
    peer("yeastar", name)
}

#[test]
fn a_variable_takes_its_value_from_the_source_with_the_highest_precedence() {
    let own = "[vars]\nsite = \"own\"\n";
    let lab = Lab::new().with("TRUNKCTL_VAR_site", "env").with("site", "canary").with("HOME_SITE", "canary");
    let first = lab.place.write("first.yaml", "site: first\n");
    let second = lab.place.write("second.json", "{\"site\": \"second\"}");
    let path = lab.manifest(&(own.to_owned() + &trunk("${site}")));
    let name =
        |words: &str| column(&lab.run(format!("plan -f {path} {words}").trim()).expect(0), "name").remove(0);
    assert_eq!(name(""), "env");
    assert_eq!(name(&format!("--var-file {first}")), "first");
    assert_eq!(name(&format!("--var-file {first} --var-file {second}")), "second");
    assert_eq!(name(&format!("--var site=given --var-file {first}")), "given");
    let lab = Lab::new();
    let path = lab.manifest(&(own.to_owned() + &trunk("${site}")));
    assert_eq!(column(&lab.run(&format!("plan -f {path}")).expect(0), "name"), ["own"]);
}

#[test]
fn values_of_a_variables_file_keep_their_spelling() {
    let lab = Lab::new();
    for (name, text) in [
        ("v.toml", "port = 5062\nname = \"+44\"\n"),
        ("v.json", "{\"port\": 5062, \"name\": \"+44\"}"),
        ("v.yaml", "port: 5062\nname: +44\n"),
    ] {
        let vars = lab.place.write(name, text);
        let path = lab.manifest(&trunk("${name}").replace("5060", "\"${port}\""));
        let plan = lab.run(&format!("plan -f {path} --var-file {vars}")).expect(0);
        assert_eq!(column(&plan, "name"), ["+44"], "{name}");
        assert!(plan.out.contains("5062"), "{name}: {}", plan.out);
    }
    for (text, part) in [
        ("a = [1]\n", "line 1, column 5: the value of a variable is a list"),
        ("a-b = \"x\"\n", "line 1, column 1: the name of a variable has letters"),
        ("a = \n", "line 1, column"),
        ("[a]\nb = \"x\"\n", "the value of a variable is a table"),
    ] {
        let vars = lab.place.write("bad.toml", text);
        let error =
            lab.run(&format!("plan -f {} --var-file {vars}", lab.manifest(&trunk("x")))).expect(4).error();
        assert!(error["message"].as_str().unwrap().contains(part), "{text}: {error}");
    }
}

#[test]
fn the_error_for_an_undefined_variable_lists_the_ways_to_define_it() {
    let lab = Lab::new().with("SITE", "canary");
    let complaint = |text: &str, words: &str| {
        let path = lab.manifest(text);
        let error = lab.run(format!("plan -f {path} {words}").trim()).expect(4).error();
        error["message"].as_str().unwrap().to_owned()
    };
    let message = complaint(&trunk("${SITE}"), "");
    for part in [
        "line 3, column 8",
        "--var SITE=VALUE",
        "--var-file",
        "TRUNKCTL_VAR_SITE",
        "[vars]",
        "own `SITE` is not read",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("canary"), "{message}");
    let message = complaint(&trunk("${site}"), "--var siet=x");
    assert!(message.contains("did you mean `siet`"), "{message}");
    let message = complaint(&trunk("${profile.vars.site}"), "");
    assert!(
        message.contains("profile `yeastar` has no variable `site`; add it to the profiles file"),
        "{message}"
    );
    let message = complaint(&format!("[vars]\na = \"${{b}}\"\n{}", trunk("${a}")), "--var b=x");
    assert!(
        message.contains("line 2, column 1: vars.a: the value of a variable is taken as it is"),
        "{message}"
    );
}

#[test]
fn an_unused_variable_is_a_warning() {
    let lab = Lab::new().with("TRUNKCTL_VAR_shared", "x");
    let vars = lab.place.write("vars.toml", "name = \"n\"\nother = \"x\"\nthird = \"x\"\n");
    let path = lab.manifest(&format!("[vars]\nspare = \"x\"\n{}", trunk("${name}")));
    let ran = lab.run(&format!("plan -f {path} --var-file {vars} --var siet=oslo")).expect(0);
    assert!(ran.err.contains("warning: --var: the manifest does not use siet\n"), "{}", ran.err);
    assert!(ran.err.contains("vars.toml: the manifest does not use other, third\n"), "{}", ran.err);
    assert_eq!(ran.err.matches("does not use").count(), 2, "{}", ran.err);
}

#[test]
fn two_manifests_must_not_define_the_same_variable_differently() {
    let lab = Lab::new();
    let first = lab.place.write("a.toml", &format!("[vars]\nsite = \"oslo\"\n{}", trunk("${site}")));
    let run = |value: &str| {
        let second = lab.place.write("b.yaml", &format!("vars:\n  site: {value}\n"));
        lab.run(&format!("plan -f {first} -f {second}"))
    };
    run("oslo").expect(0);
    let error = run("bergen").expect(4).error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("b.yaml, line 2, column 3: vars.site: `site` has another value in"),
        "{message}"
    );
    assert!(message.contains("a.toml, line 2, column 1; keep one"), "{message}");
}
