//! Patterns of names, with `*` for any characters and `?` for one.

use serde::{Deserialize, Serialize};

/// Several patterns; a name matches if one of them matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patterns(pub Vec<String>);

impl Patterns {
    /// Whether a pattern covers the whole name.
    pub fn covers(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| covers(pattern, name))
    }

    /// Whether some name is covered by both.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|one| other.0.iter().any(|two| meets(one, two)))
    }
}

/// Whether a text is a pattern and not just a name.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether the pattern covers the whole name.
pub fn covers(pattern: &str, name: &str) -> bool {
    // A name with `*` or `?` in it would count as a pattern in `meets`.
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // The lengths of the name's beginning that the pattern's beginning covers.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for part in pattern {
        let before = reached;
        reached = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let from_before = at.checked_sub(1).is_some_and(|last| before[last]);
            reached[at] = match part {
                '*' => before[at] || at.checked_sub(1).is_some_and(|last| reached[last]),
                '?' => from_before,
                part => from_before && name.get(at.wrapping_sub(1)) == Some(&part),
            };
        }
    }
    reached.last().copied().unwrap_or(false)
}

/// Whether some name is covered by both patterns.
fn meets(one: &str, two: &str) -> bool {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    // Whether the beginnings of both, of these lengths, cover a common text.
    let mut common = vec![vec![false; two.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=two.len() {
            let a = i.checked_sub(1).and_then(|last| one.get(last));
            let b = j.checked_sub(1).and_then(|last| two.get(last));
            common[i][j] = match (a, b) {
                (None, None) => true,
                (Some('*'), _) if common[i - 1][j] || (j > 0 && common[i][j - 1]) => true,
                (_, Some('*')) if common[i][j - 1] || (i > 0 && common[i - 1][j]) => true,
                (Some('*'), _) | (_, Some('*')) | (None, _) | (_, None) => false,
                (Some(a), Some(b)) => (a == b || *a == '?' || *b == '?') && common[i - 1][j - 1],
            };
        }
    }
    common[one.len()][two.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, expected) in [
            ("lab-*", "lab-1", true),
            ("lab-*", "lab-", true),
            ("lab-*", "my-lab-1", false),
            ("lab-?", "lab-12", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*b*d", "abcd", true),
            ("*b*d", "abce", false),
            ("+1646*", "+16466661110", true),
            ("ä?", "äö", true),
        ] {
            assert_eq!(covers(pattern, name), expected, "{pattern} {name}");
        }
    }

    proptest! {
        /// Two patterns that cover one name meet.
        #[test]
        fn patterns_with_a_common_name_overlap(name in "[ab]{0,5}", one in "[ab*?]{0,5}", two in "[ab*?]{0,5}") {
            if covers(&one, &name) && covers(&two, &name) {
                prop_assert!(meets(&one, &two));
            }
            prop_assert_eq!(meets(&one, &two), meets(&two, &one));
        }
    }

    #[test]
    fn patterns_without_a_common_name_do_not_overlap() {
        for (one, two) in [("lab-*", "prod-*"), ("a?", "a"), ("*x", "*y"), ("a", "b"), ("", "?")] {
            assert!(!meets(one, two), "{one} {two}");
        }
        assert!(meets("lab-*", "*-1") && meets("*", "") && meets("a*c", "ab*"));
    }
}
