//! Makes Python objects of what became of a text: the classes of `bodycopy._records`.

use std::ops::Range;

use bodycopy::Stripped;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple};

use crate::removals::{Place, Shown, show};

/// The classes, looked up once.
struct Classes {
    stripped: Py<PyAny>,
    removal: Py<PyAny>,
    evidence: Py<PyAny>,
}

impl Classes {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();
        CLASSES.get_or_try_init(py, || {
            let module = py.import("bodycopy._records")?;
            let class = |name: &str| PyResult::Ok(module.getattr(name)?.unbind());
            Ok(Self {
                stripped: class("Stripped")?,
                removal: class("Removal")?,
                evidence: class("Evidence")?,
            })
        })
    }
}

/// What is left of `text`, and why the rest is not. A text that stays whole is the same object.
pub fn stripped<'py>(text: &Bound<'py, PyString>, stripped: &Stripped<'_>) -> PyResult<Bound<'py, PyAny>> {
    let py = text.py();
    let classes = Classes::get(py)?;
    let unjudged = PyTuple::new(py, &stripped.unjudged)?;
    if stripped.removals.is_empty() {
        return classes.stripped.bind(py).call1((text, PyTuple::empty(py), unjudged));
    }
    let original = text.to_str()?;
    let kept = PyString::new(py, &stripped.text(original));
    let removals = show(original.as_bytes(), &stripped.removals);
    let removals: Vec<_> = removals
        .iter()
        .map(|shown| removal(py, classes, shown))
        .collect::<PyResult<_>>()?;
    classes
        .stripped
        .bind(py)
        .call1((kept, PyTuple::new(py, removals)?, unjudged))
}

fn removal<'py>(py: Python<'py>, classes: &Classes, shown: &Shown<'_>) -> PyResult<Bound<'py, PyAny>> {
    let (bytes, characters) = ranges(&shown.place);
    let evidence = shown.evidence.iter().map(|evidence| {
        let (bytes, characters) = ranges(&evidence.place);
        let class = classes.evidence.bind(py);
        class.call1((evidence.pattern, bytes, characters, &*evidence.text))
    });
    let evidence: Vec<_> = evidence.collect::<PyResult<_>>()?;
    let removal = shown.removal;
    let (sum, letter_sum) = removal.reason.sums();
    classes.removal.bind(py).call1((
        &removal.pattern.id,
        removal.pattern.category.name(),
        removal.pattern.publisher.as_deref(),
        removal.reason.name(),
        sum,
        letter_sum,
        bytes,
        characters,
        (removal.lines.start, removal.lines.end - 1),
        &*shown.text,
        PyTuple::new(py, evidence)?,
    ))
}

fn ranges(place: &Place) -> ((usize, usize), (usize, usize)) {
    let pair = |range: &Range<usize>| (range.start, range.end);
    (pair(&place.bytes), pair(&place.characters))
}
