// Flux. Sources: flux-batch(1), flux-run(1), flux-jobs(1), flux-cancel(1) of flux-core 0.60.
//
// A batch job is a Flux instance of its own, in which `flux run` starts the farmers. An instance's ID is asked of it, since the
// variable with it has changed its name. There are no arrays of batch jobs, and no job queues itself again.

extension Scheduler {
    static let flux = Scheduler(
        name: "flux", directive: "#flux: ",
        head: ["--job-name={name}", "--output={output}"],
        wholeNodes: ["--nodes={nodes}", "--exclusive"],
        partsOfNodes: ["--nodes={nodes}", "--nslots={nodes}", "--cores-per-slot={processors}"],
        array: nil, time: ["--time-limit={seconds}s"], requeue: nil, requeueNow: "",
        outputOfJob: "{{id}}.out", outputOfArray: "", percent: "%",
        jobID: "$(flux getattr jobid)",
        launchOnOne: "{farmer}", launchOnAll: "flux run --nodes={nodes} --ntasks={nodes} --exclusive {ranked}",
        submit: "flux batch {script}",
        list: "flux jobs --no-header --name={name} --format='{id} {state}'",
        pending: ["DEPEND", "PRIORITY", "SCHED"], cancel: "flux cancel {jobs}",
        silences: ["timed out", "onnection refused", "annot connect"])
}
