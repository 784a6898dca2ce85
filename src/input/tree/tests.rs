use super::*;
use crate::model::trunk::Trunk;

const FORMATS: [Format; 3] = [Format::Toml, Format::Yaml, Format::Json];

fn trunk(text: &str, format: Format) -> Result<Trunk, Mistake> {
    read(&Node::parse(text, format)?)
}

/// The mistake as `line:column path: what`.
fn mistake(text: &str, format: Format) -> String {
    let mistake = trunk(text, format).unwrap_err();
    let place = mistake.place.map(|place| format!("{}:{}", place.line, place.column)).unwrap_or_default();
    format!("{place} {}: {mistake}", mistake.field(&[]).field)
}

#[test]
fn every_format_gives_the_same_trunk() {
    let toml = "name = \"NO\"\nport = 5060\nenabled = true\nusername = \"0041\"\n\
                dids = [{ number = \"+4420\" }]\ncaller_id.name = \"1e3\"\nvendor_fields = { a = 1, b = \"1\" }";
    let yaml = "name: NO\nport: 5060\nenabled: true\nusername: 0041\ndids: [{number: +4420}]\n\
                caller_id: {name: 1e3}\nvendor_fields:\n  a: 1\n  b: '1'\n";
    let json = "{\"name\": \"NO\", \"port\": 5060, \"enabled\": true, \"username\": \"0041\",\n\
                \"dids\": [{\"number\": \"+4420\"}], \"caller_id\": {\"name\": \"1e3\"},\n\
                \"vendor_fields\": {\"a\": 1, \"b\": \"1\"}}";
    let [first, second, third] = [(toml, FORMATS[0]), (yaml, FORMATS[1]), (json, FORMATS[2])]
        .map(|(text, format)| trunk(text, format).unwrap());
    assert_eq!(first.dids.as_ref().unwrap()[0].number, "+4420");
    assert_eq!(first.vendor_fields["b"], "1");
    assert!(first == second && second == third, "{first:?}\n{second:?}\n{third:?}");
}

#[test]
fn every_value_has_its_position() {
    for (text, format) in [
        ("'\u{e9}' = 1\n[caller_id]\nname = 'x'\n\n[[dids]]\n  number = '1'", Format::Toml),
        ("\u{e9}: 1\ncaller_id:\n  name: x\n\ndids:\n- number: '1'", Format::Yaml),
        (
            "{\"\u{e9}\": 1,\n\"caller_id\": {\n\"name\": \"x\"},\n\"dids\": [\n{\"number\": \"1\"}]}",
            Format::Json,
        ),
    ] {
        let root = Node::parse(text, format).unwrap();
        let line = |node: Option<&Node>| node.unwrap().place.line;
        let Value::List(dids) = &root.get("dids").unwrap().value else { panic!("{format:?}") };
        assert_eq!(line(root.get("\u{e9}")), 1, "{format:?}");
        assert_eq!(line(root.get("caller_id").unwrap().get("name")), 3, "{format:?}");
        assert_eq!(dids[0].get("number").unwrap().place.line, if format == Format::Json { 5 } else { 6 });
        let column = root.get("\u{e9}").unwrap().place.column;
        assert_eq!(column, if format == Format::Yaml { 4 } else { 7 });
    }
}

#[test]
fn a_mistake_has_a_position_a_path_and_a_remedy() {
    use Format::{Json, Toml, Yaml};
    for (text, format, reported) in [
        ("a = 1\nb = ", Toml, "2:5 : "),
        ("{\"name\": \"a\",}", Json, "1:14 : trailing comma"),
        ("name: a\n  kind: peer", Yaml, "2:"),
        ("caller_id:\n\tnumber: '1'", Yaml, "; indent with spaces"),
        (" \n", Json, "1:1 : is empty; write at least {}"),
        (
            "dids = ['550']",
            Toml,
            "1:9 dids[0]: invalid type: string, expected a table with `number`; write the number under its key",
        ),
        (
            "agent_groups: [Sales]",
            Yaml,
            "expected a table with `id` or `name`; write one of them with its key",
        ),
        (
            "name = 'a'\ntransprt = 'udp'",
            Toml,
            "2:1 transprt: unknown key `transprt`; did you mean `transport`?",
        ),
        (
            "{\"name\": \"a\",\n \"codec\": []}",
            Json,
            "2:2 codec: unknown key `codec`; did you mean `codecs`?",
        ),
        ("name: a\nhots: x", Yaml, "2:1 hots: unknown key `hots`; did you mean `host`?"),
        ("dids:\n- nmber: 5", Yaml, "2:3 dids[0].nmber: unknown key `nmber`; did you mean `number`?"),
        ("dids:\n- name: 5", Yaml, "2:3 dids[0]: missing field `number`"),
        ("[[dids]]\nname = 'a'", Toml, "1:1 dids[0]: missing field `number`"),
        ("kind = 'pear'", Toml, "1:8 kind: kind `pear` is not known; did you mean `peer`?"),
        ("port = '5060'", Toml, "1:8 port: invalid type: string \"5060\", expected a port"),
        ("port: '5060'", Yaml, "1:7 port: invalid type: string \"5060\""),
        ("port: 05060", Yaml, "1:7 port: invalid type: string \"05060\""),
        ("{\"port\": 4294967296}", Json, "1:10 port: invalid value: integer `4294967296`"),
        ("enabled: yes", Yaml, "write true or false, without quotes"),
        ("{\"name\": 5}", Json, "expected a string; write the value as a text, in quotes"),
        ("codecs: ulaw", Yaml, "expected a sequence; write a list, in brackets"),
        ("name: [a]", Yaml, "1:7 name: invalid type: sequence, expected a string"),
        ("dids: [{number: }]", Yaml, "dids[0].number: invalid type: nothing, expected a string"),
        ("name = 2026-01-01", Toml, "1:8 name: is a date"),
        ("{\"name\": \"\\ud800\"}", Json, "1:10 : is not UTF-8 text"),
        ("port = 99999999999999999999", Toml, "1:8 "),
        ("{\"vendor_fields\": {\"a\": 1e999}}", Json, "1:25 vendor_fields.a: the figure `1e999`"),
        ("just a text", Yaml, "1:1 : invalid type: string, expected the fields of one trunk"),
    ] {
        let whole = mistake(text, format);
        assert!(whole.contains(reported), "{text}\n{whole}");
    }
}

#[test]
fn no_secret_is_repeated() {
    for (text, format) in [
        ("password = 4711", Format::Toml),
        ("password: [canary4711]", Format::Yaml),
        ("canary4711", Format::Yaml),
        ("{\"password\": {\"a\": 4711}}", Format::Json),
        ("\"canary4711\"", Format::Json),
    ] {
        let whole = mistake(text, format);
        assert!(!whole.contains("4711"), "{whole}");
    }
    assert!(trunk("password: 0815", Format::Yaml).unwrap().password.is_some());
}

#[test]
fn a_duplicate_key_is_reported_with_both_positions() {
    for (text, format, reported) in [
        (
            "name = 'a'\nport = 1\nname = 'b'",
            Format::Toml,
            "3:1 : the key is given twice, first on line 1, column 1",
        ),
        (
            "[[x]]\nname = 1\n[[x]]\ny = {name = 2}\nname = 3\nname = 4",
            Format::Toml,
            "6:1 : the key is given twice, first on line 5, column 1",
        ),
        (
            "y = {name = 2, a = {name = 1}, name = 3}",
            Format::Toml,
            "1:32 : the key is given twice, first on line 1, column 6",
        ),
        (
            "[a.b]\n[b]\n[[c]]\n [ a . b ]",
            Format::Toml,
            "4:8 : the key is given twice, first on line 1, column 1",
        ),
        ("[a]\nb.c = 1\n[a.b]", Format::Toml, "3:4 : the key is given twice;"),
        ("a: 1\n'b': 2\n\"a\": 3", Format::Yaml, "3:1 : the key is given twice, first on line 1, column 1"),
        (
            "{\"a\": {\"b\": 1,\n\"b\": 2}}",
            Format::Json,
            "2:1 : the key is given twice, first on line 1, column 8",
        ),
        (
            "{\"a\": 1, \"\\u0061\": 2}",
            Format::Json,
            "1:10 : the key is given twice, first on line 1, column 2",
        ),
    ] {
        let whole = mistake(text, format);
        assert!(whole.contains(reported), "{text}\n{whole}");
    }
}

#[test]
fn yaml_has_no_traps() {
    for (text, reported) in [
        ("a: &x [*x]", "1:8 : the alias stands in what it refers to"),
        ("a: *nobody", "1:4 : "),
        ("a: &x {b: 1}\nc:\n  <<: *x", "3:3 : merge keys are not read"),
        ("name: !!int 5", "1:7 : tags are not read"),
        ("name: !Ref x", "1:7 : tags are not read"),
        ("name: a\n---\nname: b", "2:1 : a second document begins"),
        ("? [a]\n: b", "a list or a table cannot be a key"),
        ("? {a: 1}\n: b", "a list or a table cannot be a key"),
        (": b", "1:1 : a key is missing"),
    ] {
        let whole = mistake(text, Format::Yaml);
        assert!(whole.contains(reported), "{text}\n{whole}");
    }
    let good = "%YAML 1.2\n---\nname: !!str 5\nusername: &u \"6\"\nauth_name: *u\nkind: # none\n...\n";
    let good = trunk(good, Format::Yaml).unwrap();
    assert_eq!((good.name.as_deref(), good.auth_name.as_deref(), good.kind), (Some("5"), Some("6"), None));
    for empty in ["", "# nothing\n", "---\n", "{}", "~"] {
        assert_eq!(trunk(empty, Format::Yaml).unwrap(), Trunk::default(), "{empty}");
    }
    let folded = trunk("name: |\n  a\n  b\nusername: >-\n  a\n  b\n", Format::Yaml).unwrap();
    assert_eq!((folded.name.as_deref(), folded.username.as_deref()), (Some("a\nb\n"), Some("a b")));
}

#[test]
fn an_alias_keeps_the_positions_of_its_anchor() {
    let root = Node::parse("a: &x\n  - b: 1\nc: *x", Format::Yaml).unwrap();
    let copy = root.get("c").unwrap();
    let Value::List(list) = &copy.value else { panic!("{copy:?}") };
    assert_eq!((copy.place.line, list[0].place.line), (3, 2));
}

#[test]
fn alias_bombs_and_deep_nesting_are_refused() {
    let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let alias = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
    }
    assert!(mistake(&bomb, Format::Yaml).contains("aliases copy more than 64 MiB"));
    for depth in [DEEPEST + 1, 30_000] {
        for (text, format) in [
            (format!("a = {}{}", "[".repeat(depth), "]".repeat(depth)), Format::Toml),
            (format!("a{} = 1", ".a".repeat(depth)), Format::Toml),
            (format!("a = {}1{}", "{a = ".repeat(depth), "}".repeat(depth)), Format::Toml),
            (format!("[a{}]", ".a".repeat(depth)), Format::Toml),
            (format!("{}{}", "[".repeat(depth), "]".repeat(depth)), Format::Json),
            (format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)), Format::Json),
            (format!("{}{}", "[".repeat(depth), "]".repeat(depth)), Format::Yaml),
            (format!("{}a: 1", "- ".repeat(depth)), Format::Yaml),
        ] {
            let whole = mistake(&text, format);
            let reported = ["deeper than 64", "recursion"].iter().any(|words| whole.contains(words));
            assert!(reported, "{}: {whole}", &text[..20]);
        }
    }
    let deep = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
    assert!(Node::parse(&deep, Format::Json).is_ok() && Node::parse(&deep, Format::Yaml).is_ok());
}

#[test]
fn line_endings_and_tabs_do_not_matter() {
    for (text, format) in [
        ("name = 'a'\r\n\tport = 1\r\nhots = 1\r\n", Format::Toml),
        ("name: a\r\nport: \t1\r\nhots: 1\r\n", Format::Yaml),
        ("{\"name\":\t\"a\",\r\n\t\"port\": 1,\r\n\"hots\": 1}\r\n", Format::Json),
    ] {
        assert!(mistake(text, format).starts_with("3:1 hots: unknown key"), "{}", mistake(text, format));
    }
    let tab = mistake("dids:\n\t- number: 1", Format::Yaml);
    assert!(tab.starts_with("2:2 : tabs"), "{tab}");
}

/// The time grows in proportion to the length of a file, in every format.
#[test]
fn long_files_are_read_quickly() {
    let count = 20_000;
    let toml = "[[a]]\nb = 1\nc = [{ d = \"e\" }]\n[[f]]\ng = 1\n".repeat(count);
    let line = format!("a = [{}]", "{ b = 1, c = [2] }, ".repeat(count));
    let yaml = "- b: 1\n  c: [{d: e}]\n".repeat(count);
    let json = format!("[{}0]", "{\"b\": 1, \"c\": [{\"d\": \"e\"}]},".repeat(count));
    for (text, format) in
        [(toml, Format::Toml), (line, Format::Toml), (yaml, Format::Yaml), (json, Format::Json)]
    {
        let begun = std::time::Instant::now();
        Node::parse(&text, format).unwrap();
        assert!(begun.elapsed().as_secs() < 20, "{format:?}: {:?}", begun.elapsed());
    }
}
