//! Defines how a file of a tree is called in the tree's ledger and journal: by its path from the root, whatever its bytes.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::ledger::{hex, unhex};

/// A path from the root of a tree, of plain names only. Ordered as a sorted walk meets it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(PathBuf);

impl Name {
    /// Makes a name of a path. Nothing if the path is empty or leads out of the tree. A leading `/` or `./` is dropped.
    pub fn new(path: &Path) -> Option<Self> {
        let mut plain = PathBuf::new();
        for component in path.components() {
            match component {
                Component::Normal(part) => plain.push(part),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
                Component::ParentDir => return None,
            }
        }
        (plain != Path::new("")).then_some(Self(plain))
    }

    /// Reads a name as it is written in a ledger. Nothing if it leads out of the tree, or cannot be on this system.
    pub fn read(shown: &str, digits: Option<&str>) -> Option<Self> {
        match digits {
            None => Self::new(Path::new(shown)).filter(|name| name.0.is_relative() && !shown.starts_with('/')),
            Some(digits) => Self::new(Path::new(&os_str(unhex(digits)?)?)),
        }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path for reading, with `/` between its parts on every system.
    pub fn shown(&self) -> Cow<'_, str> {
        if cfg!(windows) {
            Cow::Owned(self.0.to_string_lossy().replace('\\', "/"))
        } else {
            self.0.to_string_lossy()
        }
    }

    /// The bytes of the path in hexadecimal, if it is not UTF-8.
    pub fn digits(&self) -> Option<String> {
        let name: &OsStr = self.0.as_os_str();
        name.to_str().is_none().then(|| hex(name.as_encoded_bytes()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

#[cfg(unix)]
fn os_str(bytes: Vec<u8>) -> Option<std::ffi::OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_str(bytes: Vec<u8>) -> Option<std::ffi::OsString> {
    String::from_utf8(bytes).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_tree() {
        let name = |path: &str| Name::new(Path::new(path)).map(|name| name.to_string());
        assert_eq!(name("./a//b.txt").as_deref(), Some("a/b.txt"));
        assert_eq!(name("/srv/a.txt").as_deref(), Some("srv/a.txt"));
        assert_eq!(name("a/../b"), None);
        assert_eq!(name("."), None);
        assert_eq!(Name::read("/etc/passwd", None), None);
        assert_eq!(Name::read("../x", None), None);
    }

    #[test]
    #[cfg(unix)]
    fn names_that_are_not_utf8_survive() {
        let name = Name::new(Path::new(&os_str(b"caf\xe9/x".to_vec()).expect("Unix"))).expect("plain");
        assert_eq!(name.digits().as_deref(), Some("636166e92f78"));
        assert_eq!(Name::read(&name.shown(), name.digits().as_deref()), Some(name));
    }
}
