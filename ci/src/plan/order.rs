//! The order in which jobs can run.

use crate::workflow::Job;

/// Jobs so that each comes after those it needs.
pub(crate) fn in_order_of_needs(jobs: &[Job]) -> Vec<&Job> {
    let mut rest: Vec<&Job> = jobs.iter().collect();
    let mut ordered: Vec<&Job> = Vec::new();
    while !rest.is_empty() {
        let done = |id: &str| ordered.iter().any(|job| job.id.eq_ignore_ascii_case(id));
        let (ready, waiting): (Vec<&Job>, Vec<&Job>) = rest
            .iter()
            .partition(|job| job.needs.iter().all(|need| done(&need.value)));
        if ready.is_empty() {
            break;
        }
        ordered.extend(ready);
        rest = waiting;
    }
    ordered
}

/// The ids (lower case) of all jobs that a job needs, and that those need.
pub(crate) fn ancestors(job: &Job, jobs: &[Job]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut next: Vec<&Job> = vec![job];
    while let Some(job) = next.pop() {
        for need in &job.needs {
            let id = need.value.to_lowercase();
            if !found.contains(&id) {
                next.extend(jobs.iter().find(|job| job.id.to_lowercase() == id));
                found.push(id);
            }
        }
    }
    found
}
