//! Answers of a SIP server to a probe, as a datagram and as a stream.

#![no_main]

use std::net::{Ipv4Addr, SocketAddr};

use libfuzzer_sys::fuzz_target;
use trunkctl::internal::{Ids, SipInput, SipReply, read_sip};

fuzz_target!(|data: &[u8]| {
    // The ids of the seeds.
    let ids = Ids::new(&[7; 32]);
    let local = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 40000));
    if let SipInput::Reply(reply, _) = read_sip(data, false, &ids, local) {
        check(&reply);
    }
    // A stream is read message by message: each has to take something, or the probe would never end.
    let mut rest = data;
    loop {
        let taken = match read_sip(rest, true, &ids, local) {
            SipInput::Reply(reply, taken) => {
                check(&reply);
                taken
            }
            SipInput::Other(taken) => taken,
            SipInput::Garbage(text) => break is_printable(&text, 40),
            SipInput::Incomplete => break assert!(rest.len() < 256 << 10, "it waits for more and more"),
        };
        assert!((1..=rest.len()).contains(&taken), "{taken} of {}", rest.len());
        rest = &rest[taken..];
    }
});

fn check(reply: &SipReply) {
    assert!((100..700).contains(&reply.code), "{reply:?}");
    is_printable(&reply.reason, 200);
    reply.headers.iter().for_each(|(_, value)| is_printable(value, 200));
}

fn is_printable(text: &str, most: usize) {
    assert!(text.chars().count() <= most && !text.chars().any(char::is_control), "{text:?}");
}
