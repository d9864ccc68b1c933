//! `bodycopy._native`: the library for Python. What users see is written in Python, beside this; here is what has to be fast.
//!
//! ```text
//! str, list, Arrow array ─▶ engine ─▶ texts · arrays ─▶ records, columns
//! ```
//!
//! An [`engine`] is a stripper, made once for the same patterns. [`arrays`] are judged by it in slices, on some threads ([`parallel`]). [`removals`] says where a
//! removal lies, in bytes and in characters; [`records`] makes Python objects of that, [`columns`] Arrow arrays. While text is judged, the interpreter's lock is
//! released.

mod arrays;
mod columns;
mod engine;
mod parallel;
mod records;
mod removals;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

/// What the Python half of the package calls.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::{read_folder, run};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}

/// Runs the command with these arguments, the first of which is the program's name, and returns its exit code.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| bodycopy::commands::main(arguments).code())
}

/// The pattern files of a folder: path and text of each.
#[pyfunction]
fn read_folder(folder: PathBuf) -> PyResult<Vec<(String, String)>> {
    bodycopy::project::read_folder(&folder).map_err(|error| {
        let code = error
            .chain()
            .find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
        match code {
            // From its number Python makes the exception, such as FileNotFoundError.
            Some(code) => PyOSError::new_err((code, format!("{error:#}"))),
            None => PyValueError::new_err(format!("{error:#}")),
        }
    })
}
