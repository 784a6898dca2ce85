//! `schema`: JSON Schemas (draft 2020-12) of file formats, from the same tables that the program uses; and the command
//! tree as JSON.

mod cli;
mod fields;
mod manifest;
mod parts;
mod plan;
mod profiles;

use crate::cli::schema::Of;
use crate::context::Context;
use crate::model::report::{Format, Report};

/// The schema: as JSON, unless another format is requested.
pub fn run(context: &Context, of: Of) -> Report {
    let schema = match of {
        Of::Cli => cli::description(),
        Of::Manifest => manifest::schema(),
        Of::Plan => plan::schema(),
        Of::Profiles => profiles::schema(),
    };
    match context.options.output {
        Format::Table => Report::Text(format!("{schema:#}\n")),
        _ => Report::Record(schema),
    }
}
