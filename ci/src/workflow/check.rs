//! What concerns several jobs: `needs` name jobs that are there, and never in a circle.

use std::collections::{HashMap, HashSet};

use super::{Job, reader::Reader};

impl Reader<'_> {
    pub(super) fn check_needs(&mut self, jobs: &[Job]) {
        let ids: HashMap<String, &Job> = jobs
            .iter()
            .map(|job| (job.id.to_lowercase(), job))
            .collect();
        for job in jobs {
            for need in &job.needs {
                if !ids.contains_key(&need.value.to_lowercase()) {
                    let known: Vec<_> = jobs.iter().map(|job| job.id.as_str()).collect();
                    let message = format!(
                        "the job '{}' needs the unknown job '{}'",
                        job.id, need.value
                    );
                    self.problem(need.span, message, super::reader::one_of(&known));
                }
            }
        }
        self.refuse_circles(jobs, &ids);
    }

    /// Takes away jobs whose needs are all taken away; what remains stands in or behind a circle.
    fn refuse_circles(&mut self, jobs: &[Job], ids: &HashMap<String, &Job>) {
        let mut done = HashSet::new();
        let mut rest: Vec<&Job> = jobs.iter().collect();
        loop {
            let before = rest.len();
            rest.retain(|job| {
                let free = job.needs.iter().all(|need| {
                    let need = need.value.to_lowercase();
                    done.contains(&need) || !ids.contains_key(&need)
                });
                if free {
                    done.insert(job.id.to_lowercase());
                }
                !free
            });
            if rest.is_empty() {
                return;
            }
            if rest.len() == before {
                break;
            }
        }
        for job in rest {
            if let Some(need) = job
                .needs
                .iter()
                .find(|need| !done.contains(&need.value.to_lowercase()))
            {
                let message = format!(
                    "the job '{}' needs '{}', which needs it in turn",
                    job.id, need.value
                );
                self.problem(need.span, message, "needs without a circle");
            }
        }
    }
}
