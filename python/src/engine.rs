//! Defines the engine that Python holds: a stripper, shared by all that want the same.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::Array as _;
use arrow_data::ArrayData;
use arrow_pyarrow::PyArrowType;
use bodycopy::{LoadError, PatternSets, Publisher, Selection, Stripped, Stripper};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyList, PyString};

use crate::arrays::{self, Texts};
use crate::parallel::{in_order, tasks};
use crate::records;

/// So many engines are kept for those who want them again, such as the next task of the same worker. It costs a megabyte or two each once they have been used.
const KEPT: usize = 8;

static ENGINES: Mutex<Vec<(Request, Arc<Stripper>)>> = Mutex::new(Vec::new());

/// What an engine is made of.
#[derive(Clone, PartialEq)]
struct Request {
    select: Vec<String>,
    ignore: Vec<String>,
    /// For each folder the path and the text of its files.
    folders: Vec<Vec<(String, String)>>,
}

impl Request {
    fn build(&self) -> PyResult<Stripper> {
        let unknown = |error: bodycopy::patterns::UnknownName| PyValueError::new_err(error.to_string());
        if self.folders.is_empty() {
            let selection = Stripper::select_builtin(&self.select, &self.ignore).map_err(unknown)?;
            return Ok(Stripper::builtin(selection));
        }
        let mut sets = PatternSets::builtin_without_proof().map_err(|errors| pattern_error(&errors))?;
        for files in &self.folders {
            sets.add_files(files.iter().cloned())
                .map_err(|errors| pattern_error(&errors))?;
        }
        let selection = Selection::new(&sets, &self.select, &self.ignore).map_err(unknown)?;
        Ok(Stripper::new(&sets, selection))
    }
}

fn pattern_error(errors: &[LoadError]) -> PyErr {
    let errors: Vec<(String, usize, String)> = errors
        .iter()
        .map(|error| (error.path.clone(), error.line, error.message.clone()))
        .collect();
    Python::attach(|py| {
        let class = py
            .import("bodycopy._records")
            .and_then(|module| module.getattr("PatternError"));
        match class.and_then(|class| class.call1((errors,))) {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    })
}

/// A stripper.
#[pyclass(frozen, module = "bodycopy._native")]
pub struct Engine {
    stripper: Arc<Stripper>,
}

#[pymethods]
impl Engine {
    #[new]
    fn new(
        py: Python<'_>,
        select: Vec<String>,
        ignore: Vec<String>,
        folders: Vec<Vec<(String, String)>>,
    ) -> PyResult<Self> {
        let request = Request {
            select,
            ignore,
            folders,
        };
        let stripper = py.detach(|| {
            let engines = || ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, stripper)) = engines().iter().find(|(known, _)| *known == request) {
                return Ok(Arc::clone(stripper));
            }
            let stripper = Arc::new(request.build()?);
            let mut engines = engines();
            if engines.len() == KEPT {
                engines.remove(0);
            }
            engines.push((request, Arc::clone(&stripper)));
            PyResult::Ok(stripper)
        })?;
        Ok(Self { stripper })
    }

    fn strip<'py>(&self, text: &Bound<'py, PyString>, publisher: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
        let whole = text.to_str().map_err(|error| surrogate(text, error, "the text"))?;
        let judge = || self.judge(whole, publisher);
        let stripped = text.py().detach(judge);
        records::stripped(text, &stripped)
    }

    fn strip_many<'py>(
        &self,
        texts: &Bound<'py, PyList>,
        publishers: Option<Vec<Option<PyBackedStr>>>,
        threads: usize,
    ) -> PyResult<Vec<Option<Bound<'py, PyAny>>>> {
        let py = texts.py();
        let borrowed = texts.iter().enumerate().map(|(at, text)| {
            if text.is_none() {
                return Ok(None);
            }
            let Ok(text) = text.cast_into::<PyString>() else {
                let kind = texts.get_item(at)?.get_type().name()?;
                return Err(PyTypeError::new_err(format!(
                    "texts[{at}] is of the type {kind}, not str"
                )));
            };
            let name = format!("texts[{at}]");
            let backed = PyBackedStr::try_from(text.clone()).map_err(|error| surrogate(&text, error, &name));
            backed.map(|backed| Some((text, backed)))
        });
        let borrowed: Vec<Option<(Bound<'py, PyString>, PyBackedStr)>> = borrowed.collect::<PyResult<_>>()?;
        if let Some(publishers) = &publishers
            && publishers.len() != borrowed.len()
        {
            let message = format!("{} publishers for {} texts", publishers.len(), borrowed.len());
            return Err(PyValueError::new_err(message));
        }
        let (objects, strings): (Vec<_>, Vec<_>) = borrowed.into_iter().map(Option::unzip).unzip();
        let lengths = strings.iter().map(|text| text.as_ref().map_or(0, |text| text.len()));
        let tasks = tasks(lengths);
        let mut judged: Vec<Option<Stripped<'_>>> = Vec::with_capacity(strings.len());
        let work = |rows: std::ops::Range<usize>| {
            let judge = |row: usize| {
                let publisher = publishers.as_ref().and_then(|publishers| publishers[row].as_deref());
                strings[row].as_ref().map(|text| self.judge(text, publisher))
            };
            rows.map(judge).collect::<Vec<_>>()
        };
        in_order(py, &tasks, threads, work, |part| judged.extend(part))?;
        let results = objects.iter().zip(&judged).map(|pair| match pair {
            (Some(text), Some(stripped)) => records::stripped(text, stripped).map(Some),
            _ => Ok(None),
        });
        results.collect()
    }

    /// Texts and publishers are binary arrays. Strings are handed over as such, see [`arrays`].
    fn strip_array(
        &self,
        py: Python<'_>,
        texts: PyArrowType<ArrayData>,
        publishers: Option<PyArrowType<ArrayData>>,
        removals: bool,
        threads: usize,
    ) -> PyResult<(PyArrowType<ArrayData>, Option<PyArrowType<ArrayData>>)> {
        let texts = Texts::try_from(texts.0)?;
        let publishers = publishers.map(|publishers| Texts::try_from(publishers.0)).transpose()?;
        let options = (removals, threads);
        let (kept, removals) = arrays::strip(py, &self.stripper, &texts, publishers.as_ref(), options)?;
        let removals = removals.map(|removals| PyArrowType(removals.into_data()));
        Ok((PyArrowType(kept.to_data()), removals))
    }
}

impl Engine {
    fn judge(&self, text: &str, publisher: Option<&str>) -> Stripped<'_> {
        let publisher: Option<Publisher> = publisher.and_then(|place| self.stripper.publisher(place));
        self.stripper.strip_of(text.as_bytes(), publisher)
    }
}

/// Says where a string cannot be written as UTF-8.
fn surrogate(text: &Bound<'_, PyString>, error: PyErr, name: &str) -> PyErr {
    let at = error
        .value(text.py())
        .getattr("start")
        .and_then(|start| start.extract::<usize>());
    let Ok(at) = at else { return error };
    let message = format!(
        "{name} has a lone surrogate at character {at}, which no UTF-8 can hold; repair it with \
         text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')"
    );
    let new = PyValueError::new_err(message);
    new.set_cause(text.py(), Some(error));
    new
}
