//! Requests as plain HTTP text, and their comparison with files.

use trunkctl::vendors::call::{Body, Request, USER_AGENT};

use super::{VERSION, folder};

/// A filled request as text.
pub fn text(request: &Request) -> String {
    let (host, target) = split(&request.url);
    let mut lines = vec![format!("{} {target} HTTP/1.1", request.method.as_str()), format!("Host: {host}")];
    let form = match &request.body {
        // The transport adds these two: the curl tests see them on the wire.
        Body::Form(_) => Some("application/x-www-form-urlencoded"),
        Body::Multipart(_) => Some("multipart/form-data"),
        Body::Empty | Body::Json(_) => None,
    };
    let form = form.map(|kind| ("Content-Type".to_owned(), kind.to_owned()));
    let mut headers: Vec<(String, String)> = request.headers.iter().cloned().chain(form).collect();
    headers.sort_by_key(|(name, _)| match name.as_str() {
        "User-Agent" => 0,
        "Authorization" => 1,
        _ => 2,
    });
    lines.extend(
        headers.iter().map(|(name, value)| format!("{name}: {}", value.replace(USER_AGENT, VERSION))),
    );
    let body = match &request.body {
        Body::Empty => return lines.join("\n") + "\n",
        Body::Json(body) => lay_out(&body.to_string()),
        Body::Form(fields) => {
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        }
        Body::Multipart(fields) => {
            let part = |(name, value): &(String, String)| {
                format!("--boundary\nContent-Disposition: form-data; name=\"{name}\"\n\n{value}\n")
            };
            fields.iter().map(part).collect::<String>() + "--boundary--"
        }
    };
    format!("{}\n\n{body}\n", lines.join("\n"))
}

fn split(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").unwrap().1;
    rest.split_at(rest.find('/').unwrap())
}

/// JSON with its insignificant white space normalized. It is not parsed, so nothing else can change.
pub fn lay_out(json: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    for c in json.chars() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' | '\t' | '\r' | '\n' => {}
            '{' | '[' => {
                out.push(c);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                out.truncate(out.trim_end().len());
                depth -= 1;
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

/// A file's text with its JSON reformatted.
pub fn golden(file: &str) -> String {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("tests/wire/{file}: {error}; UPDATE_WIRE=1 writes what is missing"));
    match text.split_once("\n\n") {
        Some((head, body)) if body.starts_with(['{', '[']) => format!("{head}\n\n{}\n", lay_out(body)),
        _ => text,
    }
}

/// Whether the files are to be rewritten.
pub fn updating() -> bool {
    std::env::var("UPDATE_WIRE").is_ok_and(|value| value == "1")
}

/// Fails with a diff if the file differs. With `UPDATE_WIRE=1` the file is rewritten instead.
#[track_caller]
pub fn compare(file: &str, actual: &str) {
    if updating() {
        std::fs::write(folder().join(file), actual).unwrap();
        return;
    }
    differ(file, &golden(file), actual);
}

/// Fails with a diff if the texts differ.
#[track_caller]
pub fn differ(file: &str, golden: &str, actual: &str) {
    assert!(golden == actual, "tests/wire/{file} (-) and what trunkctl sends (+):\n{}", diff(golden, actual));
}

/// The lines of both texts, those that only one of them has marked: the longest common subsequence.
fn diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            common[a][b] = if old[a] == new[b] {
                common[a + 1][b + 1] + 1
            } else {
                common[a + 1][b].max(common[a][b + 1])
            };
        }
    }
    let (mut a, mut b, mut out) = (0, 0, String::new());
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            out.push_str(&format!("  {}\n", old[a]));
            (a, b) = (a + 1, b + 1);
        } else if b == new.len() || (a < old.len() && common[a + 1][b] >= common[a][b + 1]) {
            out.push_str(&format!("- {}\n", old[a]));
            a += 1;
        } else {
            out.push_str(&format!("+ {}\n", new[b]));
            b += 1;
        }
    }
    out
}

#[test]
fn only_insignificant_white_space_is_reformatted() {
    let text = "{ \"a b\" :[1, 2.50 ,\"x\\\" : ,{\"],\"e\":{ },\n\t\"f\": [] }";
    let expected =
        "{\n  \"a b\": [\n    1,\n    2.50,\n    \"x\\\" : ,{\"\n  ],\n  \"e\": {},\n  \"f\": []\n}";
    assert_eq!(lay_out(text), expected);
}

#[test]
fn a_diff_marks_lines_that_only_one_side_has() {
    assert_eq!(diff("a\nb\nc\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n+ d\n");
}
