//! The codecs that an answer names in SDP (RFC 4566), and those that it has in common with a trunk.

use crate::model::health::{Check, Verdict};

/// The most media lines of an answer, and the most formats of each and names of formats that are read.
const MOST_MEDIA: usize = 10;
const MOST_FORMATS: usize = 100;

/// Payload types that need no `a=rtpmap` (RFC 3551, tables 4 and 5).
const STATIC: [(&str, &str); 10] = [
    ("0", "PCMU"),
    ("2", "G726-32"),
    ("3", "GSM"),
    ("5", "DVI4"),
    ("6", "DVI4"),
    ("8", "PCMA"),
    ("9", "G722"),
    ("18", "G729"),
    ("31", "H261"),
    ("34", "H263"),
];

/// Names of codecs that SDP spells differently from trunks.
const SPELLINGS: [(&str, &str); 6] = [
    ("PCMU", "ulaw"),
    ("PCMA", "alaw"),
    ("G726-32", "g726"),
    ("DVI4", "adpcm"),
    ("H263-1998", "h263p"),
    ("MP4V-ES", "mpeg4"),
];

/// Entries of a list of formats that are no codecs of speech or video.
const OTHERS: [&str; 3] = ["telephone-event", "cn", "red"];

/// Codecs that need a licence, or sound like a mobile phone of old.
const POOR: [&str; 2] = ["g729", "gsm"];

/// The codecs of the media lines, as trunks spell them.
pub fn of_sdp(body: &str) -> Vec<String> {
    let mut codecs: Vec<String> = Vec::new();
    let mut maps: Vec<(&str, &str)> = Vec::new();
    for line in body.lines() {
        // a=rtpmap:<payload type> <encoding name>/<clock rate>
        let map = line.strip_prefix("a=rtpmap:").and_then(|map| map.split_once(' '));
        let map = map.filter(|_| maps.len() < MOST_FORMATS);
        maps.extend(map.map(|(format, name)| (format, name.split('/').next().unwrap_or(name))));
    }
    // m=<media> <port> <proto> <fmt> …; port 0 refuses the medium.
    let media = body.lines().filter_map(|line| line.strip_prefix("m=")).map(|line| line.split_whitespace());
    for mut words in media.take(MOST_MEDIA) {
        let (medium, port) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if !["audio", "video"].contains(&medium) || port == "0" {
            continue;
        }
        for format in words.skip(1).take(MOST_FORMATS) {
            let known = maps.iter().chain(&STATIC).find(|(own, _)| *own == format);
            let Some((_, name)) = known else { continue };
            let spelled = SPELLINGS.iter().find(|(sdp, _)| sdp.eq_ignore_ascii_case(name));
            let name = spelled.map_or_else(|| name.to_ascii_lowercase(), |(_, own)| (*own).to_owned());
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if plain && !OTHERS.contains(&name.as_str()) && !codecs.contains(&name) {
                codecs.push(name);
            }
        }
    }
    codecs
}

/// The check `codecs.overlap`; none if neither side names codecs.
pub fn overlap(ours: &[String], theirs: &[String]) -> Option<Check> {
    let id = "codecs.overlap";
    let common: Vec<&str> = ours.iter().filter(|codec| theirs.contains(codec)).map(String::as_str).collect();
    let (verdict, text, hint) = match (ours, theirs, common.as_slice()) {
        ([], [], _) => return None,
        ([], ..) => (Verdict::Skipped, "the trunk names no codecs".to_owned(), ""),
        (_, [], _) => (Verdict::Skipped, "the far end names no codecs".to_owned(), ""),
        (_, _, []) => (
            Verdict::Fail,
            format!("no codec in common: the far end has {}", theirs.join(", ")),
            "add a codec of the far end to the trunk",
        ),
        (_, _, common) if common.iter().all(|codec| POOR.contains(codec)) => (
            Verdict::Warn,
            format!("only {} in common", common.join(", ")),
            "add a codec that needs no licence and sounds better, such as ulaw or alaw",
        ),
        (_, _, common) => (Verdict::Pass, format!("in common: {}", common.join(", ")), ""),
    };
    let check = Check::new(id, verdict, text).with("ours", ours.to_vec()).with("theirs", theirs.to_vec());
    Some(check.hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_read_from_sdp() {
        let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
        for (media, expected) in [
            ("m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", "ulaw alaw"),
            ("m=audio 4000 RTP/SAVP 96 9\r\na=rtpmap:96 opus/48000/2\r\n", "opus g722"),
            ("m=audio 4000 RTP/AVP 97 3\na=rtpmap:97 pcma/8000\n", "alaw gsm"),
            (
                "m=audio 4000 RTP/AVP 8\r\nm=video 4002 RTP/AVP 98\r\na=rtpmap:98 H263-1998/90000\r\n",
                "alaw h263p",
            ),
            // A refused medium, a type without a name, an invalid name.
            ("m=audio 0 RTP/AVP 0\r\n", ""),
            ("m=audio 4000 RTP/AVP 111\r\n", ""),
            ("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 \u{1b}[2J/8000\r\n", ""),
            ("m=image 4000 udptl t38\r\n", ""),
        ] {
            assert_eq!(of_sdp(&format!("{head}{media}")).join(" "), expected, "{media}");
        }
    }

    #[test]
    fn the_codec_lists_of_both_ends_are_compared() {
        use Verdict::{Fail, Pass, Skipped, Warn};
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (ours, theirs, expected) in [
            ("ulaw g729", "alaw ulaw", Some(Pass)),
            ("ulaw g729", "g729", Some(Warn)),
            ("g729 gsm", "gsm g729 opus", Some(Warn)),
            ("opus", "ulaw alaw", Some(Fail)),
            ("opus", "", Some(Skipped)),
            ("", "ulaw", Some(Skipped)),
            ("", "", None),
        ] {
            let check = overlap(&list(ours), &list(theirs));
            assert_eq!(check.map(|check| check.verdict), expected, "{ours} | {theirs}");
        }
    }
}
