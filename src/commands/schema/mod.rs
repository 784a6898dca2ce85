//! `schema`: what files may hold, as JSON Schema (draft 2020-12) for editors and checks, made from the tables that
//! the program itself goes by.

mod fields;
mod manifest;
mod parts;
mod profiles;

use crate::cli::{Format, Globals, schema::Of};
use crate::model::report::Report;

/// The schema: as JSON, unless another form is asked for.
pub fn run(globals: &Globals, of: Of) -> Report {
    let schema = match of {
        Of::Manifest => manifest::schema(),
        Of::Profiles => profiles::schema(),
    };
    match globals.output {
        Format::Table => Report::Text(format!("{schema:#}\n")),
        _ => Report::Record(schema),
    }
}
