//! Single fields of a trunk, by their names.

use super::support::Field;
use super::trunk::Trunk;

impl Field {
    /// The field of that name; of a way into it, as in `dids[0].number`, the field itself.
    pub fn of(name: &str) -> Option<Self> {
        let head = name.split(['.', '[']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|field| field.name() == head)
    }
}

impl Trunk {
    /// A field that is one free text.
    pub fn text(&self, field: Field) -> Option<&String> {
        match field {
            Field::Name => self.name.as_ref(),
            Field::Host => self.host.as_ref(),
            Field::Domain => self.domain.as_ref(),
            Field::Username => self.username.as_ref(),
            Field::AuthName => self.auth_name.as_ref(),
            Field::Country => self.country.as_ref(),
            Field::Itsp => self.itsp.as_ref(),
            Field::Prefix => self.prefix.as_ref(),
            Field::AllowedIp => self.allowed_ip.as_ref(),
            Field::Account => self.account.as_ref(),
            Field::MasterTrunk => self.master_trunk.as_ref(),
            Field::Dnis => self.dnis.as_ref(),
            _ => None,
        }
    }

    /// Sets a field that is one free text. Any other stays as it is.
    pub fn set_text(&mut self, field: Field, text: &str) {
        let place = match field {
            Field::Name => &mut self.name,
            Field::Host => &mut self.host,
            Field::Domain => &mut self.domain,
            Field::Username => &mut self.username,
            Field::AuthName => &mut self.auth_name,
            Field::Country => &mut self.country,
            Field::Itsp => &mut self.itsp,
            Field::Prefix => &mut self.prefix,
            Field::AllowedIp => &mut self.allowed_ip,
            Field::Account => &mut self.account,
            Field::MasterTrunk => &mut self.master_trunk,
            Field::Dnis => &mut self.dnis,
            _ => return,
        };
        *place = Some(text.to_owned());
    }

    /// Takes a field away, as if it had not been given.
    pub fn clear(&mut self, field: Field) {
        match field {
            Field::Name => self.name = None,
            Field::Kind => self.kind = None,
            Field::Direction => self.direction = None,
            Field::Enabled => self.enabled = None,
            Field::Host => self.host = None,
            Field::Port => self.port = None,
            Field::Domain => self.domain = None,
            Field::Transport => self.transport = None,
            Field::Username => self.username = None,
            Field::AuthName => self.auth_name = None,
            Field::Password => self.password = None,
            Field::Codecs => self.codecs = None,
            Field::Country => self.country = None,
            Field::Itsp => self.itsp = None,
            Field::OutboundProxy => self.outbound_proxy = None,
            Field::CallerId => self.caller_id = None,
            Field::CallerIdOverrides => self.caller_id_overrides = None,
            Field::Dids => self.dids = None,
            Field::Prefix => self.prefix = None,
            Field::AgentGroups => self.agent_groups = None,
            Field::AllowedIp => self.allowed_ip = None,
            Field::Account => self.account = None,
            Field::MasterTrunk => self.master_trunk = None,
            Field::Dnis => self.dnis = None,
            Field::VendorFields => self.vendor_fields.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name_and_by_a_way_into_it() {
        for field in Field::ALL {
            assert_eq!(Field::of(field.name()), Some(*field));
            assert_eq!(Field::of(&format!("{}[0].x", field.name())), Some(*field));
        }
        assert_eq!((Field::of("names"), Field::of("")), (None, None));
    }

    #[test]
    fn texts_are_read_set_and_taken_away() {
        let mut trunk = Trunk::default();
        for field in Field::ALL {
            trunk.set_text(*field, field.name());
        }
        let texts: Vec<Field> = trunk.given().collect();
        assert_eq!(texts.len(), 12);
        for field in texts {
            assert_eq!(trunk.text(field).map(String::as_str), Some(field.name()));
            trunk.clear(field);
            assert!(!trunk.has(field), "{}", field.name());
        }
        assert_eq!(trunk, Trunk::default());
    }
}
