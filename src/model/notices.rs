//! How warnings reach people without the library printing.

/// Takes warnings and notes for people. They never go to standard output.
pub trait Notices: Send + Sync {
    /// Something that may be wrong.
    fn warn(&self, text: &str);
    /// Something good to know.
    fn note(&self, text: &str);
}
