//! `vendors`: the capability matrix, from the adapters' tables.

use serde_json::{Value, json};

use crate::model::error::Result;
use crate::model::fields::Field;
use crate::model::report::{Listing, Report};
use crate::model::support::{FieldFact, Need, Operation, Shape};
use crate::vendors::{ALL, Facts, Vendor, asked};

pub fn matrix(only: Option<&str>) -> Result<Report> {
    let vendors = match only {
        Some(name) => vec![asked(&name.to_ascii_lowercase())?],
        None => ALL.to_vec(),
    };
    Ok(Report::Listing(vec![operations(&vendors), fields(&vendors)]))
}

/// The matrix as shown in the README.
pub fn matrix_markdown() -> String {
    let mut text = String::new();
    for listing in [operations(ALL), fields(ALL)] {
        text.push_str(&format!("| {} |\n", listing.columns.join(" | ")));
        text.push_str(&format!("|{}\n", " --- |".repeat(listing.columns.len())));
        for row in listing.rows {
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn operations(vendors: &[&dyn Vendor]) -> Listing {
    let columns =
        ["operation".to_owned()].into_iter().chain(vendors.iter().map(|v| v.facts().name.to_owned()));
    Listing {
        title: Some("Operations".into()),
        columns: columns.collect(),
        rows: Operation::ALL
            .iter()
            .map(|operation| {
                let words = vendors.iter().map(|vendor| vendor.facts().support(*operation).word().to_owned());
                [operation.name().to_owned()].into_iter().chain(words).collect()
            })
            .collect(),
        data: vendors.iter().map(|vendor| data(vendor.facts())).collect(),
        ..Listing::default()
    }
}

/// One column for each shape of trunk: `create/update`, as `R` required, `o` optional, `-` refused.
fn fields(vendors: &[&dyn Vendor]) -> Listing {
    let shapes: Vec<(&Facts, &Shape)> = vendors
        .iter()
        .flat_map(|vendor| vendor.facts().shapes.iter().map(move |shape| (vendor.facts(), shape)))
        .collect();
    let columns = shapes.iter().map(|(facts, shape)| format!("{} {}", facts.name, shape.name));
    Listing {
        title: Some("Trunk fields: create/update, R required, o optional, - refused".into()),
        columns: ["field".to_owned()].into_iter().chain(columns).collect(),
        rows: Field::ALL
            .iter()
            .filter(|field| !matches!(field, Field::VendorFields))
            .map(|field| {
                let cells = shapes.iter().map(|(facts, shape)| cell(facts, shape, *field));
                [field.name().to_owned()].into_iter().chain(cells).collect()
            })
            .collect(),
        ..Listing::default()
    }
}

fn cell(facts: &Facts, shape: &Shape, field: Field) -> String {
    let letter = |need: Need| match need {
        Need::Required => "R",
        Need::Optional => "o",
        Need::Refused(_) => "-",
    };
    match shape.fact(field) {
        None => "-".into(),
        Some(fact) if facts.support(Operation::TrunkUpdate).is_there() => {
            format!("{}/{}", letter(fact.create), letter(fact.update))
        }
        Some(fact) => format!("{}/-", letter(fact.create)),
    }
    .replace("-/-", "-")
}

fn data(facts: &Facts) -> Value {
    json!({
        "vendor": facts.name,
        "title": facts.title,
        "operations": Operation::ALL.iter().map(|operation| {
            let support = facts.support(*operation);
            json!({"operation": operation, "support": support.word(), "reason": support.reason()})
        }).collect::<Vec<_>>(),
        "trunks": facts.shapes.iter().map(|shape| json!({
            "shape": shape.name,
            "fields": shape.fields.iter().map(field).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "profile_keys": facts.profile_keys.iter().map(|key| json!({
            "key": key.name,
            "meaning": key.meaning,
            "secret": key.secret,
            "default": key.default,
            "values": key.values,
        })).collect::<Vec<_>>(),
    })
}

fn field(fact: &FieldFact) -> Value {
    let reason = match (fact.create, fact.update) {
        (Need::Refused(why), _) | (_, Need::Refused(why)) => Some(why),
        _ => None,
    };
    json!({
        "field": fact.field,
        "vendor_key": fact.wire,
        "create": fact.create.word(),
        "update": fact.update.word(),
        "reason": reason,
        "values": fact.values,
        "max_length": fact.limit,
    })
}
