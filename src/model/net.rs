//! Addresses.

use std::net::IpAddr;

/// Whether the host, without its port, is this machine.
pub fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_machine_only() {
        for near in ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"] {
            assert!(is_loopback(near), "{near}");
        }
        for far in ["192.0.2.1", "localhost.example", "127.0.0.1.example", ""] {
            assert!(!is_loopback(far), "{far}");
        }
    }
}
