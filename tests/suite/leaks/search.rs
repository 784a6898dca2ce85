//! Finds canaries: secrets with a mark at both ends, so that no encoding and no truncation hides them.

use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::percent_decode_str;

use crate::support::{Place, Ran, set_mode};

const MARKS: [&str; 2] = ["cAnary", "yraNAc"];

/// A secret whose name is readable in a leak, with characters that every encoding treats differently.
pub fn canary(name: &str) -> String {
    format!(r#"{}{name}/+="\ x%&<{}"#, MARKS[0], MARKS[1])
}

/// The parts of canaries in the bytes, with some of the surrounding text.
pub fn find(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut plain = text.clone();
    // Encodings can be nested.
    for _ in 0..3 {
        plain = unescaped(&percent_decode_str(&plain).decode_utf8_lossy());
    }
    let mut found = Vec::new();
    for view in [&text, &plain] {
        let lower = view.to_ascii_lowercase();
        for (needle, exact) in NEEDLES.iter() {
            let hay = if *exact { view } else { &lower };
            found.extend(hay.match_indices(needle.as_str()).map(|(at, _)| {
                let from = view[..at].char_indices().rev().nth(30).map_or(0, |(at, _)| at);
                view[from..].chars().take(90).collect::<String>()
            }));
        }
    }
    found
}

/// The marks in every encoding, and whether its letter case matters.
static NEEDLES: LazyLock<Vec<(String, bool)>> = LazyLock::new(|| {
    let mut needles = Vec::new();
    for mark in MARKS {
        needles.push((mark.to_ascii_lowercase(), false));
        needles.push((mark.bytes().map(|byte| format!("{byte:02x}")).collect(), false));
        for offset in 0..3 {
            // Preceding text shifts the mark within a group of three bytes; bytes shared with neighbours are cut.
            let padded = [&[0; 3][..offset], mark.as_bytes()].concat();
            let (from, to) = ((offset * 8).div_ceil(6), (offset + mark.len()) * 8 / 6);
            needles.push((STANDARD.encode(&padded)[from..to].to_owned(), true));
            needles.push((URL_SAFE.encode(&padded)[from..to].to_owned(), true));
        }
    }
    needles
});

/// Without backslashes, and with escapes such as `\u0063` decoded.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        match code {
            Some(c) => {
                plain.push(c);
                plain.push_str(&part[4..]);
            }
            None => plain.push_str(part),
        }
    }
    plain.replace('\\', "")
}

/// Fails the test if a canary is in a command's output or in the files that it wrote. Tokens may be in the
/// token cache, which only its owner can read.
#[track_caller]
pub fn sweep(place: &Place, ran: &Ran, what: &str) {
    sweep_output(ran, what);
    let found = sweep_files(place);
    assert_eq!(found, [""; 0], "{what}");
}

/// Fails the test if a canary is in a command's output.
#[track_caller]
pub fn sweep_output(ran: &Ran, what: &str) {
    for (stream, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
        assert_eq!(find(text.as_bytes()), [""; 0], "{what}: {stream}");
        assert!(!text.contains("panicked at"), "{what}: {text}");
    }
}

/// The canaries in the files of a place.
pub fn sweep_files(place: &Place) -> Vec<String> {
    let mut found = Vec::new();
    for path in place.files() {
        let name = path.strip_prefix(place.path()).unwrap();
        found.extend(find(name.to_string_lossy().as_bytes()));
        let bytes = std::fs::read(&path).unwrap();
        if name.starts_with(Path::new("cache").join("tokens")) {
            let text =
                String::from_utf8_lossy(&bytes).replace(r"cAnaryToken", "").replace("cAnaryRefresh", "");
            found.extend(find(text.replace(MARKS[1], "").as_bytes()));
            if !private(&path) {
                found.push(format!("{} is not its owner's alone", name.display()));
            }
        } else {
            found.extend(find(&bytes).into_iter().map(|text| format!("{}: {text}", name.display())));
        }
    }
    found
}

#[cfg(unix)]
fn private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777 == 0o600
}

#[cfg(not(unix))]
fn private(_: &Path) -> bool {
    true
}

#[test]
fn the_search_finds_a_canary_in_every_form() {
    let secret = canary("Planted");
    let percent = |set| percent_encoding::utf8_percent_encode(&secret, set).to_string();
    let json = serde_json::Value::from(secret.as_str()).to_string();
    let twice = serde_json::Value::from(json.as_str()).to_string();
    let component = percent(percent_encoding::NON_ALPHANUMERIC);
    let mut forms = vec![
        secret.clone(),
        secret.to_uppercase(),
        secret.to_lowercase(),
        component.to_lowercase(),
        component.replace('%', "%25"),
        component,
        percent(percent_encoding::CONTROLS),
        secret.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        secret.bytes().map(|byte| format!("\\u{byte:04x}")).collect(),
        secret.bytes().map(|byte| format!("{byte:02X}")).collect(),
        secret.replace('/', "\\/"),
        json,
        twice,
        URL_SAFE.encode(&secret),
        // Half of a secret is also a leak.
        secret[..9].to_owned(),
        secret[secret.len() - 9..].to_owned(),
    ];
    for id in ["", "a:", "id:", "abc:", "client:"] {
        let both = STANDARD.encode(format!("{id}{secret}"));
        forms.push(both.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D"));
        forms.push(both.trim_end_matches('=').to_owned());
        forms.push(both);
    }
    for form in forms {
        assert!(!find(form.as_bytes()).is_empty(), "{form}");
        assert!(!find(format!("{{\"a\":\"é{form}\"}} \u{1b}x").as_bytes()).is_empty(), "{form}");
    }
    for clean in ["", "***", "a canal, an art", "Y2Fu", "{\"password\":\"***\"}", "\\u00", "%c"] {
        assert_eq!(find(clean.as_bytes()), [""; 0], "{clean}");
    }
}

#[test]
fn the_sweep_finds_a_canary_in_every_stream_and_file() {
    let clean = || Ran { code: 0, out: "fine".into(), err: String::new() };
    let caught = |place: &Place, ran: &Ran| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sweep(place, ran, "planted"))).is_err()
    };
    let place = Place::new();
    assert!(!caught(&place, &clean()));
    assert!(caught(&place, &Ran { out: canary("Token"), ..clean() }));
    assert!(caught(&place, &Ran { err: STANDARD.encode(canary("Token")), ..clean() }));
    assert!(caught(&place, &Ran { err: "thread 'main' panicked at src".into(), ..clean() }));
    for (name, text, bad) in [
        ("state/history.jsonl", canary("Token"), true),
        ("cache/tokens/a.json", canary("Token") + &canary("Refresh"), false),
        ("cache/tokens/a.json", canary("ClientSecret"), true),
        ("cache/other.json", canary("Token"), true),
        ("state/cAnary.lock", String::new(), true),
    ] {
        let place = Place::new();
        let path = place.write(name, &text);
        assert_eq!(!sweep_files(&place).is_empty(), bad, "{name}");
        assert_eq!(caught(&place, &clean()), bad, "{name}");
        set_mode(path, 0o644);
        assert!(cfg!(not(unix)) || !name.contains("tokens") || caught(&place, &clean()), "{name}");
    }
}
