//! The OPTIONS request, and what comes back (RFC 3261).

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use ezk_sip_types::Name;
use ezk_sip_types::msg::{Line, PullParser};

use super::codecs;
use super::locate::Wire;

/// The most bytes of an answer that are read.
pub const MOST_BYTES: usize = 64 * 1024;
/// The most header lines that are read. Lookup by name in the parser takes time quadratic in their number.
const MOST_LINES: usize = 100;
/// The most characters of a header that are shown.
const MOST_SHOWN: usize = 200;
/// The headers of an answer that are evidence.
const SHOWN: [(Name, &str); 7] = [
    (Name::SERVER, "server"),
    (Name::USER_AGENT, "user_agent"),
    (Name::ALLOW, "allow"),
    (Name::ACCEPT, "accept"),
    (Name::SUPPORTED, "supported"),
    (Name::WARNING, "warning"),
    (Name::RETRY_AFTER, "retry_after"),
];

/// What makes one request different from every other.
#[derive(Debug, Clone)]
pub struct Ids {
    branch: String,
    tag: String,
    call_id: String,
}

impl Ids {
    /// From 32 random bytes.
    pub fn new(random: &[u8; 32]) -> Self {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (branch, rest) = random.split_at(12);
        let (tag, call_id) = rest.split_at(4);
        // The branch begins with the cookie of RFC 3261 §8.1.1.7.
        Self { branch: format!("z9hG4bK{}", hex(branch)), tag: hex(tag), call_id: hex(call_id) }
    }
}

/// The request (RFC 3261 §11.1). `local` is the address of the socket that sends it.
pub fn options(domain: &str, port: Option<u16>, wire: Wire, local: SocketAddr, ids: &Ids) -> Vec<u8> {
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let local = match local.ip() {
        IpAddr::V4(address) => format!("{address}:{}", local.port()),
        IpAddr::V6(address) => format!("[{address}]:{}", local.port()),
    };
    let (word, Ids { branch, tag, call_id }) = (wire.word(), ids);
    let lower = word.to_ascii_lowercase();
    // `sip:` also over TLS: `sips:` asks for TLS on every hop, and is often answered with 416 (RFC 5630).
    format!(
        "OPTIONS sip:{domain}{port} SIP/2.0\r\n\
         Via: SIP/2.0/{word} {local};rport;branch={branch}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:trunkctl@anonymous.invalid>;tag={tag}\r\n\
         To: <sip:{domain}>\r\n\
         Call-ID: {call_id}\r\n\
         CSeq: 1 OPTIONS\r\n\
         Contact: <sip:trunkctl@{local};transport={lower}>\r\n\
         Accept: application/sdp\r\n\
         User-Agent: trunkctl/{version}\r\n\
         Content-Length: 0\r\n\r\n",
        version = env!("CARGO_PKG_VERSION"),
    )
    .into_bytes()
}

/// An answer to our request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status code, 100 to 699.
    pub code: u16,
    /// The reason phrase.
    pub reason: String,
    /// The headers that are evidence, by name.
    pub headers: Vec<(&'static str, String)>,
    /// Our address as the server saw it, if it differs.
    pub seen_from: Option<String>,
    /// The codecs in its body, as trunks spell them.
    pub codecs: Vec<String>,
}

/// What a piece of input is.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// An answer to our request, and how many bytes it took.
    Reply(Reply, usize),
    /// A whole message that does not answer our request: a request, or the answer to another one.
    Other(usize),
    /// The beginning of a message.
    Incomplete,
    /// No SIP, with its beginning.
    Garbage(String),
}

/// Reads the first message of `input`. A datagram is one message (`stream` is false); in a stream,
/// Content-Length ends a message.
pub fn read(input: &[u8], stream: bool, ids: &Ids, local: SocketAddr) -> Read {
    let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let Some(message) = input.get(blank..).filter(|message| !message.is_empty()) else {
        return if stream { Read::Incomplete } else { Read::Garbage(String::new()) };
    };
    let head = head(message);
    let Some(head) = head else {
        let could_be = message.len() < MOST_BYTES && could_be_sip(message);
        return if stream && could_be { Read::Incomplete } else { Read::Garbage(clean(message, 40)) };
    };
    let bytes = Bytes::copy_from_slice(message.get(..head).unwrap_or(message));
    let mut lines = PullParser::new(&bytes, 0);
    let Some(Ok(first)) = lines.next() else { return Read::Garbage(clean(message, 40)) };
    let first = String::from_utf8_lossy(first).into_owned();
    let is_request = first.rsplit(' ').next().is_some_and(|last| last.eq_ignore_ascii_case("SIP/2.0"));
    let status = status(&first);
    if status.is_none() && !is_request {
        return Read::Garbage(clean(first.as_bytes(), 40));
    }
    let mut headers = Vec::new();
    for line in lines.take(MOST_LINES).map_while(Result::ok) {
        // A line that is not UTF-8 is skipped.
        let Ok(text) = std::str::from_utf8(line) else { continue };
        // Blanks before the colon are allowed (RFC 3261 §7.3.1).
        if let Ok((rest, line)) = Line::parse(&bytes, text) {
            headers.push((line.name, unfold(&format!("{}{rest}", line.value))));
        }
    }
    let all =
        |name: Name| headers.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str());
    let length = all(Name::CONTENT_LENGTH).next().and_then(|value| value.parse::<usize>().ok());
    let end = match length.filter(|_| stream) {
        Some(length) if length > MOST_BYTES => return Read::Garbage(clean(message, 40)),
        Some(length) if message.len() < head + length => return Read::Incomplete,
        Some(length) => blank + head + length,
        None => blank + head,
    };
    let Some((code, reason)) = status else { return Read::Other(end) };
    let vias: Vec<&str> = all(Name::VIA).flat_map(|value| value.split(',')).collect();
    let [via] = vias.as_slice() else { return Read::Other(end) };
    let ours = parameter(via, "branch") == Some(&ids.branch)
        && all(Name::CALL_ID).next() == Some(&ids.call_id)
        && all(Name::FROM).next().and_then(|from| parameter(from, "tag")) == Some(&ids.tag)
        && all(Name::CSEQ).next().is_some_and(|cseq| cseq.split_whitespace().eq(["1", "OPTIONS"]));
    if !ours {
        return Read::Other(end);
    }
    let shown = SHOWN.iter().filter_map(|(name, label)| {
        let value = all(name.clone()).next()?;
        Some((*label, clean(value.as_bytes(), MOST_SHOWN)))
    });
    let is_sdp = all(Name::CONTENT_TYPE).next().is_some_and(|kind| {
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/sdp")
    });
    let body = input.get(blank + head..if stream { end } else { input.len().min(MOST_BYTES) });
    let codecs = body.filter(|_| is_sdp).map(|body| codecs::of_sdp(&String::from_utf8_lossy(body)));
    let reply = Reply {
        code,
        reason,
        headers: shown.collect(),
        seen_from: seen_from(via, local),
        codecs: codecs.unwrap_or_default(),
    };
    Read::Reply(reply, end)
}

/// The end of the head of a message, with its empty line.
fn head(message: &[u8]) -> Option<usize> {
    let message = message.get(..message.len().min(MOST_BYTES)).unwrap_or(message);
    let crlf = message.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    let lf = message.windows(2).position(|two| two == b"\n\n").map(|at| at + 2);
    [crlf, lf].into_iter().flatten().min()
}

fn could_be_sip(message: &[u8]) -> bool {
    let line = message.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match line.len() < message.len() {
        true => String::from_utf8_lossy(line).to_ascii_uppercase().contains("SIP/2.0"),
        false => line.iter().all(|byte| (b' '..0x7f).contains(byte) || *byte == b'\r'),
    }
}

/// `SIP/2.0 200 OK`; the version in any case, codes from 100 to 699.
fn status(line: &str) -> Option<(u16, String)> {
    let mut words = line.splitn(3, ' ');
    let version = words.next()?.eq_ignore_ascii_case("SIP/2.0");
    let code: u16 = words.next()?.parse().ok()?;
    let reason = clean(words.next().unwrap_or_default().as_bytes(), MOST_SHOWN);
    (version && (100..700).contains(&code)).then_some((code, reason))
}

/// The value of a parameter, its name in any case.
fn parameter<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    // Text in angle brackets has parameters of its own.
    let outside = value.rsplit('>').next().unwrap_or(value);
    outside.split(';').skip(usize::from(!value.contains('>'))).find_map(|part| {
        let (known, value) = part.split_once('=').unwrap_or((part, ""));
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// `received` and `rport` (RFC 3581), if they show another address than our own.
fn seen_from(via: &str, local: SocketAddr) -> Option<String> {
    let address =
        parameter(via, "received").and_then(|text| text.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    let port = parameter(via, "rport").and_then(|text| text.parse::<u16>().ok());
    let seen = SocketAddr::new(address.unwrap_or(local.ip()), port.unwrap_or(local.port()));
    (seen != local).then(|| seen.to_string())
}

fn unfold(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message for the log, line by line.
pub fn transcript(message: &[u8]) -> String {
    let lines = message.split(|byte| *byte == b'\n').take(MOST_LINES);
    lines.map(|line| clean(line, MOST_SHOWN)).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// Text from the network for people: printable, and not too long.
pub fn clean(bytes: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(most * 4)).unwrap_or(bytes)).into_owned();
    let shown =
        text.chars().map(|c| if c.is_control() || c == char::REPLACEMENT_CHARACTER { ' ' } else { c });
    shown.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids() -> Ids {
        Ids::new(&[7; 32])
    }

    fn local() -> SocketAddr {
        "192.0.2.1:40000".parse().unwrap()
    }

    /// The answer of a server that copies the required headers.
    fn answer(first: &str, more: &str) -> String {
        let branch = ids().branch;
        let (tag, call_id) = (ids().tag, ids().call_id);
        format!(
            "{first}\r\nVia: SIP/2.0/UDP 192.0.2.1:40000;rport;branch={branch}\r\n\
             From: <sip:trunkctl@anonymous.invalid>;tag={tag}\r\nTo: <sip:a>;tag=x\r\nCall-ID: {call_id}\r\n\
             CSeq: 1 OPTIONS\r\n{more}\r\n"
        )
    }

    fn reply(text: &str) -> Reply {
        match read(text.as_bytes(), false, &ids(), local()) {
            Read::Reply(reply, _) => reply,
            other => panic!("{other:?}: {text}"),
        }
    }

    #[test]
    fn the_request_matches_the_expected_bytes() {
        let request = options("sip.example.com", Some(5080), Wire::Tcp, local(), &ids());
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            String::from_utf8(request).unwrap(),
            format!(
                "OPTIONS sip:sip.example.com:5080 SIP/2.0\r\n\
                 Via: SIP/2.0/TCP 192.0.2.1:40000;rport;branch=z9hG4bK070707070707070707070707\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:trunkctl@anonymous.invalid>;tag=07070707\r\n\
                 To: <sip:sip.example.com>\r\nCall-ID: 07070707070707070707070707070707\r\nCSeq: 1 OPTIONS\r\n\
                 Contact: <sip:trunkctl@192.0.2.1:40000;transport=tcp>\r\nAccept: application/sdp\r\n\
                 User-Agent: trunkctl/{version}\r\nContent-Length: 0\r\n\r\n"
            )
        );
    }

    #[test]
    fn answers_are_parsed_in_every_legal_form() {
        let plain = reply(&answer("SIP/2.0 200 OK", "Server: x\r\nAllow: INVITE, OPTIONS\r\n"));
        assert_eq!((plain.code, plain.reason.as_str()), (200, "OK"));
        assert_eq!(plain.headers, [("server", "x".to_owned()), ("allow", "INVITE, OPTIONS".to_owned())]);
        for (text, code) in [
            (answer("sip/2.0 403 Forbidden", ""), 403),
            (answer("\r\n\r\nSIP/2.0 699 Odd", ""), 699),
            (answer("SIP/2.0 200", ""), 200),
            (
                answer("SIP/2.0 404 No", "")
                    .replace("Via:", "v:")
                    .replace("Call-ID:", "i:")
                    .replace("From:", "f:"),
                404,
            ),
            (answer("SIP/2.0 404 No", "").replace("Via: ", "VIA :  ").replace(";branch=", ";BRANCH="), 404),
            (answer("SIP/2.0 404 No", "").replace("CSeq: 1 OPTIONS", "CSeq: 1\r\n OPTIONS"), 404),
        ] {
            assert_eq!(reply(&text).code, code, "{text}");
        }
        let sdp = "v=0\r\nm=audio 4000 RTP/AVP 8 0\r\n";
        let typed = |kind: &str| answer("SIP/2.0 200 OK", &format!("Content-Type: {kind}\r\n")) + sdp;
        assert_eq!(reply(&typed("Application/SDP;charset=x")).codecs, ["alaw", "ulaw"]);
        assert_eq!(reply(&typed("text/plain")).codecs, [""; 0]);
        let seen = answer("SIP/2.0 200 OK", "").replace(";rport;", ";received=198.51.100.9;rport=9;");
        assert_eq!(reply(&seen).seen_from.as_deref(), Some("198.51.100.9:9"));
    }

    #[test]
    fn a_transcript_keeps_the_lines_without_terminal_control_characters() {
        let shown = transcript(b"SIP/2.0 200 OK\r\nServer: \x1b[2Jx\r\n\r\nv=0\r\n\xff\r\n");
        assert_eq!(shown, "SIP/2.0 200 OK\nServer: [2Jx\n\nv=0");
    }

    #[test]
    fn only_the_answer_to_our_request_counts() {
        let other = |text: String| matches!(read(text.as_bytes(), false, &ids(), local()), Read::Other(_));
        let good = answer("SIP/2.0 200 OK", "");
        assert!(other(good.replace("branch=z9hG4bK07", "branch=z9hG4bK08")));
        assert!(other(good.replace("CSeq: 1 OPTIONS", "CSeq: 2 OPTIONS")));
        assert!(other(good.replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE")));
        assert!(other(good.replace("Call-ID: 07", "Call-ID: 08")));
        assert!(other(good.replace(";tag=0707", ";tag=0808")));
        assert!(other(good.replace("From:", "Via: SIP/2.0/UDP b;branch=z9hG4bKx\r\nFrom:")));
        assert!(other("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP b\r\n\r\n".into()));
        for garbage in ["HTTP/1.1 400 Bad\r\n\r\n", "SIP/2.0 2000 OK\r\n\r\n", "\u{1b}[2J hello\r\n\r\n", "x"]
        {
            match read(garbage.as_bytes(), false, &ids(), local()) {
                Read::Garbage(text) => {
                    assert!(!text.chars().any(char::is_control) && text.len() <= 40, "{text:?}")
                }
                other => panic!("{garbage:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_stream_is_read_message_by_message() {
        let first = answer("SIP/2.0 100 Trying", "Content-Length: 0\r\n");
        let second = answer("SIP/2.0 200 OK", "Content-Length: 4\r\n") + "body";
        let both = format!("{first}{second}");
        for cut in 0..both.len() {
            match read(&both.as_bytes()[..cut], true, &ids(), local()) {
                Read::Incomplete => assert!(cut < first.len(), "{cut}"),
                Read::Reply(reply, taken) => assert_eq!((reply.code, taken), (100, first.len()), "{cut}"),
                other => panic!("{cut}: {other:?}"),
            }
        }
        let rest = &both.as_bytes()[first.len()..];
        assert!(
            matches!(read(rest, true, &ids(), local()), Read::Reply(Reply { code: 200, .. }, taken) if taken == second.len())
        );
    }

    proptest! {
        #[test]
        fn the_parser_never_panics(at in 0_usize..300, byte: u8, cut in 0_usize..400, stream: bool, more: Vec<u8>) {
            let mut input = answer("SIP/2.0 200 OK", "Server: x\r\nContent-Length: 3\r\n").into_bytes();
            if let Some(place) = input.get_mut(at) {
                *place = byte;
            }
            input.truncate(cut);
            input.extend(more);
            if let Read::Reply(reply, taken) = read(&input, stream, &ids(), local()) {
                prop_assert!(taken <= input.len() && (100..700).contains(&reply.code));
                prop_assert!(!reply.reason.chars().any(char::is_control));
            }
        }
    }
}
