//! The outbound proxy: a server, or none.

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Where outbound requests are sent instead of to the host itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboundProxy {
    /// No proxy.
    Off,
    /// A proxy server; the default port is 5060.
    Server {
        /// Its name or address.
        host: String,
        /// Its SIP port.
        port: Option<u32>,
    },
}

impl OutboundProxy {
    /// Reads `HOST[:PORT]`, with an IPv6 address in brackets.
    ///
    /// # Errors
    /// Says what is wrong with the text; the port's range is checked with the other fields.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (host, port) = match text.rsplit_once(':') {
            // The scheme of a SIP URI is no host; the URI as a whole is refused with the other hosts.
            Some((host, _)) if ["sip", "sips"].contains(&host.to_lowercase().as_str()) => (text, None),
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
            _ => (text, None),
        };
        let port = port
            .map(|port| port.parse().map_err(|_| format!("`{text}` has no number after the colon")))
            .transpose()?;
        Ok(Self::Server { host: host.to_owned(), port })
    }
}

/// `HOST[:PORT]`, as the flag takes it; the empty text for no proxy.
impl Serialize for OutboundProxy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str(""),
            Self::Server { host, port: None } => serializer.serialize_str(host),
            // Without brackets the port would read as the end of the address.
            Self::Server { host, port: Some(port) } if host.contains(':') && !host.starts_with('[') => {
                serializer.serialize_str(&format!("[{host}]:{port}"))
            }
            Self::Server { host, port: Some(port) } => serializer.serialize_str(&format!("{host}:{port}")),
        }
    }
}

impl<'de> Deserialize<'de> for OutboundProxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = OutboundProxy;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`HOST[:PORT]`, a table with `host` and `port`, or false for no proxy")
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<OutboundProxy, E> {
        if on {
            return Err(E::custom("the outbound proxy is enabled without a server; write `HOST[:PORT]`"));
        }
        Ok(OutboundProxy::Off)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OutboundProxy, E> {
        if text.is_empty() {
            return Ok(OutboundProxy::Off);
        }
        OutboundProxy::parse(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OutboundProxy, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            enabled: Option<bool>,
            host: Option<String>,
            #[serde(default, deserialize_with = "super::net::port")]
            port: Option<u32>,
        }
        let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
        match (table.enabled, table.host) {
            (Some(false), _) => Ok(OutboundProxy::Off),
            (_, Some(host)) if !host.is_empty() => Ok(OutboundProxy::Server { host, port: table.port }),
            (_, Some(_)) => Err(de::Error::custom("is enabled without a server: its host is empty")),
            _ => Err(de::Error::custom("the outbound proxy is enabled without a server; give its `host`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let read = serde_json::from_str::<OutboundProxy>;
        let server = |host: &str, port| OutboundProxy::Server { host: host.into(), port };
        assert_eq!(read("\"p.example:5062\"").unwrap(), server("p.example", Some(5062)));
        assert_eq!(read("\"p.example\"").unwrap(), server("p.example", None));
        assert_eq!(read("\"[2001:db8::1]:5060\"").unwrap(), server("[2001:db8::1]", Some(5060)));
        assert_eq!(read(r#"{"host":"p","port":1}"#).unwrap(), server("p", Some(1)));
        let parsed = server("2001:db8::1", Some(5060));
        let shown = serde_json::to_string(&parsed).unwrap();
        assert_eq!(
            (shown.as_str(), read(&shown).unwrap()),
            ("\"[2001:db8::1]:5060\"", server("[2001:db8::1]", Some(5060)))
        );
        for off in ["false", "\"\"", r#"{"enabled":false}"#] {
            assert_eq!(read(off).unwrap(), OutboundProxy::Off);
        }
        for bad in ["true", r#"{"enabled":true}"#, r#"{"port":5060}"#, "\"p:x\""] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
