//! Names of the environment variables that passwords are to be put into.

use std::collections::HashSet;

/// The names that are taken, and whose they are.
#[derive(Debug, Default)]
pub struct Secrets {
    taken: HashSet<String>,
    /// Name by name, in the order in which they were given: whose secret it is.
    pub list: Vec<(String, String)>,
}

impl Secrets {
    /// A name for the password of a trunk, as no other has it.
    pub fn name(&mut self, profile: &str, trunk: &str, whose: String) -> String {
        let base = variable(&format!("{profile}_{trunk}_PASSWORD"));
        // Names do not end in a digit, so these cannot collide.
        let later = (2..).map(|count: usize| format!("{base}_{count}"));
        let mut names = std::iter::once(base.clone()).chain(later);
        let name = names.find(|name| !self.taken.contains(name)).unwrap_or(base);
        self.taken.insert(name.clone());
        self.list.push((name.clone(), whose));
        name
    }
}

/// The text as a variable that any shell can set.
fn variable(text: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = text.chars().map(fit).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("TRUNK_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_combine_profile_and_trunk_and_do_not_collide() {
        let mut secrets = Secrets::default();
        let mut name = |profile: &str, trunk: &str| secrets.name(profile, trunk, String::new());
        assert_eq!(name("lab-pbx", "itsp-main"), "LAB_PBX_ITSP_MAIN_PASSWORD");
        assert_eq!(name("lab", "pbx-itsp.main"), "LAB_PBX_ITSP_MAIN_PASSWORD_2");
        assert_eq!(name("lab_pbx", "itsp main"), "LAB_PBX_ITSP_MAIN_PASSWORD_3");
        assert_eq!(name("lab-pbx", "itsp-main-password-2"), "LAB_PBX_ITSP_MAIN_PASSWORD_2_PASSWORD");
        assert_eq!(name("1st", "\u{e9}"), "TRUNK_1ST___PASSWORD");
        let fit = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        assert!(secrets.list.iter().all(|(name, _)| name.chars().all(fit)));
    }
}
