//! The guide: one Markdown page for each topic, shown by `trunkctl help TOPIC` and as manual pages of section 7.

use clap_mangen::roff::{Inline, Roff, bold, roman};
use comfy_table::{ContentArrangement, Table, presets};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::model::text::fold;

/// A page of the guide.
pub struct Topic {
    /// Its word on the command line.
    pub name: &'static str,
    /// What the page is about, in one line.
    pub about: &'static str,
    markdown: &'static str,
}

macro_rules! topics {
    ($($name:literal: $about:literal,)*) => {
        &[$(Topic { name: $name, about: $about, markdown: include_str!(concat!($name, ".md")) }),*]
    };
}

/// The guide, in the order of reading.
pub const TOPICS: &[Topic] = topics! {
    "getting-started": "From nothing to a trunk, step by step",
    "profiles": "Devices and accounts, environment variables",
    "secrets": "References to secrets, and the files that trunkctl keeps",
    "yeastar": "Trunks of Yeastar P-Series PBXs",
    "itniotech": "Trunks of the Itniotech contact center",
    "zoom": "Trunks, numbers, countries and settings at Zoom",
    "fields": "The fields of a trunk, and which vendor supports what",
    "bulk": "Long lists of numbers and countries",
    "manifests": "Plan and apply for many profiles",
    "ci": "Pipelines, cron and jq",
    "checks": "Whether a trunk works: check, wait, metrics",
    "output": "Formats for scripts",
    "exit-codes": "Exit codes and what to do",
    "reliability": "Confirmation, dry runs, lost answers, history",
    "sandbox": "Simulators of the vendors, for your own tests",
    "troubleshooting": "Common errors and known limits",
    "glossary": "Words",
    "benchmarks": "How fast, and how much memory",
};

/// The columns of a page.
const WIDTH: u16 = 80;

/// A part of a page.
enum Block {
    Heading(Vec<Span>),
    Paragraph(Vec<Span>),
    Item(Vec<Span>),
    Code(String),
    Table(Vec<Vec<Vec<Span>>>),
}

/// A piece of text, and whether it is emphasized: a command, an option, a key, or a strong word.
#[derive(Clone)]
struct Span {
    text: String,
    emphasized: bool,
}

/// The blocks of a page. Comments are left out: they are for the tests.
fn blocks(markdown: &str) -> Vec<Block> {
    let (mut blocks, mut spans, mut rows) = (Vec::new(), Vec::new(), Vec::<Vec<_>>::new());
    let (mut strong, mut code, mut item) = (false, None, false);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => code = Some(String::new()),
            Event::Text(text) => match &mut code {
                // What differs from run to run.
                Some(code) => code.push_str(&text.replace("[..]", "…")),
                None => spans.push(Span { text: text.into_string(), emphasized: strong }),
            },
            Event::End(TagEnd::CodeBlock) => blocks.extend(code.take().map(Block::Code)),
            Event::Code(text) => spans.push(Span { text: text.into_string(), emphasized: true }),
            Event::SoftBreak => spans.push(Span { text: " ".into(), emphasized: false }),
            Event::Start(Tag::Strong) => strong = true,
            Event::End(TagEnd::Strong) => strong = false,
            Event::Start(Tag::Item) => item = true,
            Event::End(TagEnd::Item) => {
                item = false;
                if !spans.is_empty() {
                    blocks.push(Block::Item(std::mem::take(&mut spans)));
                }
            }
            Event::End(TagEnd::Heading(_)) => blocks.push(Block::Heading(std::mem::take(&mut spans))),
            Event::End(TagEnd::Paragraph) => {
                let spans = std::mem::take(&mut spans);
                blocks.push(if item { Block::Item(spans) } else { Block::Paragraph(spans) });
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
            Event::End(TagEnd::TableCell) => {
                if let Some(row) = rows.last_mut() {
                    row.push(std::mem::take(&mut spans));
                }
            }
            Event::End(TagEnd::Table) => blocks.push(Block::Table(std::mem::take(&mut rows))),
            _ => {}
        }
    }
    blocks
}

/// A text without emphasis; commands, options and keys stay recognizable by their backticks.
fn plain(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| if span.emphasized { format!("`{}`", span.text) } else { span.text.clone() })
        .collect()
}

fn table(rows: &[Vec<Vec<Span>>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // A table of many narrow columns is easier to read in one wide line than in cells of broken words.
    if rows.first().is_some_and(|row| row.len() <= 6) {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    }
    for row in rows {
        let texts = row.iter().map(|cell| cell.iter().map(|span| span.text.as_str()).collect::<String>());
        table.add_row(texts);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// A page as text of 80 columns.
pub fn text(topic: &Topic) -> String {
    let mut text = String::new();
    let mut after_item = false;
    for block in blocks(topic.markdown) {
        let is_item = matches!(block, Block::Item(_));
        if after_item && !is_item {
            text.push('\n');
        }
        after_item = is_item;
        let part = match block {
            Block::Heading(spans) => plain(&spans).to_uppercase() + "\n\n",
            Block::Paragraph(spans) => fold(&plain(&spans), 0, Some(WIDTH)) + "\n\n",
            Block::Item(spans) => fold(&format!("- {}", plain(&spans)), 2, Some(WIDTH)) + "\n",
            Block::Code(code) => code.lines().map(|line| format!("    {line}\n")).collect::<String>() + "\n",
            Block::Table(rows) => table(&rows) + "\n\n",
        };
        text.push_str(&part);
    }
    text.trim_end().to_owned() + "\n"
}

/// The file of a manual page of the guide.
pub fn file_name(topic: &Topic) -> String {
    format!("trunkctl-{}.7", topic.name)
}

/// A page as a manual page of section 7.
pub fn manual(topic: &Topic) -> String {
    let inlines = |spans: &[Span]| -> Vec<Inline> {
        spans
            .iter()
            .map(|span| if span.emphasized { bold(span.text.as_str()) } else { roman(span.text.as_str()) })
            .collect()
    };
    let mut page = Roff::new();
    let title = format!("TRUNKCTL-{}", topic.name.to_uppercase());
    page.control("TH", [title.as_str(), "7"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("trunkctl-{} - {}", topic.name, topic.about))]);
    page.control("SH", ["DESCRIPTION"]);
    // The first heading is the title.
    for block in blocks(topic.markdown).into_iter().skip(1) {
        match block {
            Block::Heading(spans) => {
                page.control("SH", [plain(&spans).to_uppercase().as_str()]);
            }
            Block::Paragraph(spans) => {
                page.control("PP", []).text(inlines(&spans));
            }
            Block::Item(spans) => {
                page.control("IP", ["\\(bu", "2"]).text(inlines(&spans));
            }
            Block::Code(code) => {
                page.control("PP", []).control("RS", ["4"]).control("nf", []);
                code.lines().for_each(|line| {
                    page.text([roman(line)]);
                });
                page.control("fi", []).control("RE", []);
            }
            Block::Table(rows) => {
                page.control("PP", []).control("nf", []);
                table(&rows).lines().for_each(|line| {
                    page.text([roman(line)]);
                });
                page.control("fi", []);
            }
        }
    }
    page.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_fit_a_terminal() {
        for topic in TOPICS {
            let text = text(topic);
            assert!(text.lines().count() > 10, "{}", topic.name);
            for line in text.lines().filter(|line| !line.starts_with("    ") && !line.contains("  ")) {
                assert!(line.chars().count() <= usize::from(WIDTH), "{}: {line}", topic.name);
            }
            assert!(!text.contains("<!--") && !text.contains("]("), "{}", topic.name);
        }
    }

    #[test]
    fn a_page_keeps_its_sections_in_order() {
        let topic = Topic {
            name: "t",
            about: "about",
            markdown: "# Title\n\n<!-- run: x -->\nOne [link](a.md)\nand `code`.\n\n- first\n- second, **strong**\n\n\
                       ```console\n$ a\n```\n\n| k | v |\n|---|---|\n| `a` | b |\n",
        };
        assert_eq!(
            text(&topic),
            "TITLE\n\nOne link and `code`.\n\n- first\n- second, `strong`\n\n    $ a\n\n k  v\n a  b\n"
        );
        let page = manual(&topic);
        for part in [".TH TRUNKCTL-T 7", "One link and \\fBcode\\fR.", "$ a", ".IP \\(bu 2"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("run: x"), "{page}");
    }
}
