//! A SIP server over UDP that answers OPTIONS, so that a trunk of the sandbox has a far end (RFC 3261, section 11.2).

use std::net::SocketAddr;

use tokio::net::UdpSocket;

/// The longest request.
const MOST_BYTES: usize = 64 << 10;

/// The headers of a request that its answer repeats (RFC 3261, section 8.2.6.2), with their compact names.
const REPEATED: [(&str, &str); 5] =
    [("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", "CSeq")];

/// Answers requests until it is dropped.
pub async fn serve(socket: UdpSocket) {
    let mut bytes = vec![0; MOST_BYTES];
    loop {
        // A failure belongs to a client that is gone.
        let Ok((length, from)) = socket.recv_from(&mut bytes).await else { continue };
        let request = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
        if let Some(answer) = answer(&request, from, socket.local_addr().ok()) {
            let _ = socket.send_to(answer.as_bytes(), from).await;
        }
    }
}

/// The answer to a request; none to what is no request, and to ACK.
fn answer(request: &str, from: SocketAddr, local: Option<SocketAddr>) -> Option<String> {
    let (head, _) = request.split_once("\r\n\r\n")?;
    let mut lines = head.trim_start().split("\r\n");
    let (method, rest) = lines.next()?.split_once(' ')?;
    if !rest.ends_with(" SIP/2.0") || method == "ACK" {
        return None;
    }
    let headers: Vec<(&str, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let mut repeated = String::new();
    for (name, compact) in REPEATED {
        let own = |known: &str| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(compact);
        let mut values = headers.iter().filter(|(known, _)| own(known)).map(|(_, value)| *value);
        let first = values.next()?;
        let first = match name {
            "Via" => seen_from(first, from),
            // The far end of a dialog has a tag, too.
            "To" if !first.contains(";tag=") => format!("{first};tag=sandbox"),
            _ => first.to_owned(),
        };
        for value in std::iter::once(first.as_str()).chain(values.filter(|_| name == "Via")) {
            repeated.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    let (status, body) = match method {
        "OPTIONS" => ("200 OK", description(local?)),
        _ => ("405 Method Not Allowed", String::new()),
    };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    Some(format!(
        "SIP/2.0 {status}\r\n{repeated}Allow: OPTIONS\r\nAccept: application/sdp\r\nServer: trunkctl sandbox\r\n\
         {kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// The first Via with the address that the request came from (RFC 3581, section 4).
fn seen_from(via: &str, from: SocketAddr) -> String {
    let parts = via.split(';').map(|part| match part.trim() {
        "rport" => format!("rport={}", from.port()),
        part => part.to_owned(),
    });
    format!("{};received={}", parts.collect::<Vec<_>>().join(";"), from.ip())
}

/// The codecs of the server, as SDP (RFC 4566).
fn description(local: SocketAddr) -> String {
    let (ip, family) = (local.ip(), if local.is_ipv4() { "IP4" } else { "IP6" });
    format!(
        "v=0\r\no=sandbox 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
         m=audio 9 RTP/AVP 0 8\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "OPTIONS sip:a.example SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.1:40000;rport;branch=z9hG4bK1\r\nv: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0\r\n\
         Max-Forwards: 70\r\nf: <sip:x@a.example>;tag=1\r\nTo: <sip:a.example>\r\nCall-ID: c1\r\n\
         CSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    fn answered(request: &str) -> Option<String> {
        answer(request, "198.51.100.1:5070".parse().unwrap(), "127.0.0.1:5060".parse().ok())
    }

    #[test]
    fn options_is_answered_with_the_request_headers_and_the_codecs() {
        let body = "v=0\r\no=sandbox 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                    m=audio 9 RTP/AVP 0 8\r\n";
        assert_eq!(
            answered(REQUEST).unwrap(),
            format!(
                "SIP/2.0 200 OK\r\n\
                 Via: SIP/2.0/UDP 192.0.2.1:40000;rport=5070;branch=z9hG4bK1;received=198.51.100.1\r\n\
                 Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0\r\nFrom: <sip:x@a.example>;tag=1\r\n\
                 To: <sip:a.example>;tag=sandbox\r\nCall-ID: c1\r\nCSeq: 7 OPTIONS\r\nAllow: OPTIONS\r\n\
                 Accept: application/sdp\r\nServer: trunkctl sandbox\r\nContent-Type: application/sdp\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
        );
    }

    #[test]
    fn other_methods_are_refused_and_other_messages_are_not_answered() {
        let invite = answered(&REQUEST.replace("OPTIONS", "INVITE")).unwrap();
        assert!(invite.starts_with("SIP/2.0 405 ") && invite.contains("\r\nAllow: OPTIONS\r\n"), "{invite}");
        assert!(invite.ends_with("Content-Length: 0\r\n\r\n"), "{invite}");
        for request in [
            "",
            "hello",
            "OPTIONS sip:a.example SIP/2.0\r\n\r\n",
            "SIP/2.0 200 OK\r\nVia: x\r\n\r\n",
            &REQUEST.replace("OPTIONS", "ACK"),
            &REQUEST.replace("Call-ID", "X-Call-ID"),
            &REQUEST.replace("\r\n\r\n", "\r\n"),
        ] {
            assert_eq!(answered(request), None, "{request}");
        }
    }
}
