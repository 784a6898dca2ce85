//! Addresses.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, de};

/// Whether the host, without its port, is this machine.
pub fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// Reads a port; its range is checked with the other fields.
///
/// # Errors
/// Whatever is no whole number, with what a port is.
pub fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    struct Visitor;
    impl de::Visitor<'_> for Visitor {
        type Value = u32;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a port, a whole number from 1 to 65535, usually 5060")
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u32, E> {
            u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u32, E> {
            u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
        }
    }
    struct Port(u32);
    impl<'de> Deserialize<'de> for Port {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_u32(Visitor).map(Port)
        }
    }
    Ok(Option::<Port>::deserialize(deserializer)?.map(|port| port.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_means_this_machine_only() {
        for near in ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"] {
            assert!(is_loopback(near), "{near}");
        }
        for far in ["192.0.2.1", "localhost.example", "127.0.0.1.example", ""] {
            assert!(!is_loopback(far), "{far}");
        }
    }
}
