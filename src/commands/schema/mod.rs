//! `schema`: what files may hold, as JSON Schema (draft 2020-12) for editors and checks, made from the tables that
//! the program itself goes by.

mod fields;
mod manifest;
mod parts;
mod profiles;

use crate::cli::schema::Of;
use crate::context::Context;
use crate::model::report::{Format, Report};

/// The schema: as JSON, unless another form is asked for.
pub fn run(context: &Context, of: Of) -> Report {
    let schema = match of {
        Of::Manifest => manifest::schema(),
        Of::Profiles => profiles::schema(),
    };
    match context.options.output {
        Format::Table => Report::Text(format!("{schema:#}\n")),
        _ => Report::Record(schema),
    }
}
