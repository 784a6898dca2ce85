//! Reads `multipart/form-data` strictly, since Zoom's Postman collection shows its bodies so.

/// The text fields in order; none if the body is not exactly what the header announces. File parts, unknown
/// part headers, repeated names, text before the first delimiter or after the last, and values that are not
/// UTF-8 are refused.
pub(super) fn fields(content_type: &str, body: &[u8]) -> Option<Vec<(String, String)>> {
    let delimiter = format!("--{}", boundary(content_type)?).into_bytes();
    let inner = [b"\r\n", delimiter.as_slice()].concat();
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut rest = body.strip_prefix(delimiter.as_slice())?;
    loop {
        if let Some(end) = rest.strip_prefix(b"--") {
            return (end.is_empty() || end == b"\r\n").then_some(fields);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let at = find(rest, &inner)?;
        let field = part(&rest[..at])?;
        if fields.iter().any(|(name, _)| *name == field.0) {
            return None;
        }
        fields.push(field);
        rest = &rest[at + inner.len()..];
    }
}

/// The boundary parameter: 1 to 70 of the characters that RFC 2046 allows, not ending in a space.
fn boundary(content_type: &str) -> Option<&str> {
    let mut parameters =
        content_type.split(';').skip(1).map(str::trim).filter_map(|part| part.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    if parameters.any(|(name, _)| name.eq_ignore_ascii_case("boundary")) {
        return None;
    }
    let value = unquoted(value)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    ((1..=70).contains(&value.len()) && value.bytes().all(allowed) && !value.ends_with(' ')).then_some(value)
}

fn part(bytes: &[u8]) -> Option<(String, String)> {
    let blank = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..blank]).ok()?;
    let value = std::str::from_utf8(&bytes[blank + 4..]).ok()?;
    let mut name = None;
    for line in head.split("\r\n") {
        let (header, content) = line.split_once(':')?;
        match header.to_ascii_lowercase().as_str() {
            "content-disposition" if name.is_none() => name = Some(field_name(content)?),
            // The sample in the collection marks its array as JSON, curl and browsers mark nothing.
            "content-type" if text_or_json(content) => {}
            _ => return None,
        }
    }
    Some((name?.to_owned(), value.to_owned()))
}

fn text_or_json(content: &str) -> bool {
    let essence = content.split(';').next().unwrap_or_default().trim();
    ["text/plain", "application/json"].iter().any(|known| essence.eq_ignore_ascii_case(known))
}

/// Only `form-data` with a name: a file name would make it a file part.
fn field_name(disposition: &str) -> Option<&str> {
    let (kind, parameter) = disposition.split_once(';')?;
    let (key, value) = parameter.split_once('=')?;
    let name = unquoted(value.trim())?;
    let plain = kind.trim().eq_ignore_ascii_case("form-data")
        && key.trim().eq_ignore_ascii_case("name")
        && !name.is_empty()
        && !name.contains(['"', '\\', ';', '%']);
    plain.then_some(name)
}

fn unquoted(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(open) => open.strip_suffix('"'),
        None => Some(value),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
