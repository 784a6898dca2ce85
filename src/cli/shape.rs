//! How a list is shown; shared by every command that lists.

use clap::Args;

/// The columns, the order and the header of a list.
#[derive(Debug, Clone, Default, Args)]
pub struct Shape {
    /// The columns: name,caller_id.number
    ///
    /// Any fields of the JSON output, for a table or CSV.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Sort by a field, or descending by -FIELD
    ///
    /// Any field of the JSON output.
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Leave out the header
    #[arg(long)]
    pub no_headers: bool,
}

impl Shape {
    /// The path to sort by, and whether in descending order.
    pub fn sorted_by(&self) -> Option<(&str, bool)> {
        let sort = self.sort.as_deref()?;
        Some(sort.strip_prefix('-').map_or((sort, false), |path| (path, true)))
    }
}

/// A list of the objects of an account.
#[derive(Debug, Args)]
pub struct OfAccount {
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// How it is shown.
    #[command(flatten)]
    pub shape: Shape,
}
