//! Which trunk is meant.

use crate::engine::session::Session;
use crate::model::error::{Error, Kind, Result};
use crate::model::trunk::ActualTrunk;
use crate::vendors::call::{Call, Page};

/// How many trunks an error names where one word means several.
const MOST_NAMED: usize = 20;

/// A trunk as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `id:VALUE`
    Id(String),
    /// `name:VALUE`
    Name(String),
    /// A word alone: a name, else an id.
    Word(String),
}

impl Target {
    /// Reads the positional.
    ///
    /// # Errors
    /// Where it is empty.
    pub fn parse(text: &str) -> Result<Self> {
        let target = match text.split_once(':') {
            Some(("id", id)) => Self::Id(id.into()),
            Some(("name", name)) => Self::Name(name.into()),
            _ => Self::Word(text.into()),
        };
        let (Self::Id(value) | Self::Name(value) | Self::Word(value)) = &target;
        if value.trim().is_empty() {
            return Err(Error::new(Kind::Usage, format!("`{text}` names no trunk"))
                .hint("write id:VALUE, name:VALUE, or a name alone"));
        }
        Ok(target)
    }

    /// The trunk as the vendor holds it, whole. Names match exactly, whatever the vendor's search does.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; [`Kind::Invalid`] where several are meant.
    pub async fn find(&self, session: &Session) -> Result<ActualTrunk> {
        let actual = self.look(session).await?;
        if let Some(password) = &actual.trunk.password {
            session.conceal(password);
        }
        Ok(actual)
    }

    async fn look(&self, session: &Session) -> Result<ActualTrunk> {
        let (vendor, profile) = (session.vendor(), session.profile());
        let row = match self {
            Self::Id(id) => {
                if let Some(call) = vendor.get_trunk(profile, id)? {
                    return session.read(call).await.map_err(|error| unknown_id(error, session, id));
                }
                self.pick(vendor.list_trunks(profile, None)?, session).await?
            }
            Self::Name(name) => self.pick(vendor.list_trunks(profile, Some(name))?, session).await?,
            Self::Word(_) => self.pick(vendor.list_trunks(profile, None)?, session).await?,
        };
        match vendor.get_trunk(profile, &row.id)? {
            Some(call) => {
                let whole = session.read(call).await?;
                // What a trunk is doing may be told by the list alone.
                let status = whole.status.or(row.status);
                Ok(ActualTrunk { status, status_code: whole.status_code.or(row.status_code), ..whole })
            }
            None => Ok(row),
        }
    }

    /// The one row of the list that is meant; no other is kept.
    async fn pick(&self, list: Call<Page<ActualTrunk>>, session: &Session) -> Result<ActualTrunk> {
        let (value, by_name, by_id) = match self {
            Self::Id(value) => (value, false, true),
            Self::Name(value) => (value, true, false),
            Self::Word(value) => (value, true, true),
        };
        let mut found: Vec<ActualTrunk> = Vec::new();
        let mut take = |page: Vec<ActualTrunk>| {
            let is_meant = |row: &ActualTrunk| {
                by_name && row.trunk.name.as_deref() == Some(value) || by_id && row.id == *value
            };
            found.extend(page.into_iter().filter(is_meant).take(MOST_NAMED - found.len()));
            // Several are a mistake; there is no end to how many a vendor could give.
            Ok(found.len() < MOST_NAMED)
        };
        session.read_pages(list, &mut take).await?;
        let profile = &session.profile().name;
        if found.len() > 1 {
            let list: Vec<String> = found
                .iter()
                .map(|row| {
                    format!("id:{} (named `{}`)", row.id, row.trunk.name.as_deref().unwrap_or_default())
                })
                .collect();
            return Err(Error::invalid(format!(
                "`{value}` could mean several trunks of profile `{profile}`"
            ))
            .hint(format!("name one of them: {}", list.join(", "))));
        }
        found.pop().ok_or_else(|| {
            let mut error = Error::new(Kind::NotFound, format!("profile `{profile}` has no trunk `{value}`"));
            error.vendor = Some(session.vendor().facts().name);
            error.hint("names match exactly, with upper and lower case; nothing was changed")
        })
    }
}

/// The vendor knows no such id: told like a name that it does not know, with what it said.
fn unknown_id(mut error: Error, session: &Session, id: &str) -> Error {
    if error.kind != Kind::NotFound {
        return error;
    }
    let said = match (&error.vendor_code, &error.vendor_message) {
        (Some(code), Some(text)) => format!(" ({code}: {text})"),
        _ => String::new(),
    };
    error.message = format!("profile `{}` has no trunk with the id `{id}`{said}", session.profile().name);
    error.hint("look the id up at the vendor, or name the trunk with name:VALUE; nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        assert_eq!(Target::parse("id:28").unwrap(), Target::Id("28".into()));
        assert_eq!(Target::parse("name:a:b").unwrap(), Target::Name("a:b".into()));
        assert_eq!(Target::parse("28").unwrap(), Target::Word("28".into()));
        assert_eq!(Target::parse("other:x").unwrap(), Target::Word("other:x".into()));
        for empty in ["", "id:", "name: "] {
            assert!(Target::parse(empty).is_err(), "{empty}");
        }
    }
}
