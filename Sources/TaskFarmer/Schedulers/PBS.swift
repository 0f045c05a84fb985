// OpenPBS and PBS Professional. Sources: qsub(1B), pbsdsh(1B), qselect(1B), qdel(1B), and "PBS Professional Reference Guide" 2022.1.
//
// pbsdsh starts its program in the home folder with hardly an environment, and tells nothing of its exit status, so the one
// of a job on several nodes says only whether it could be started. Output that is to go to a folder is called after the job there. qrerun is for operators: no job queues itself again here.

extension Scheduler {
    static let pbs = Scheduler(
        name: "pbs", directive: "#PBS ",
        head: ["-N {name}", "-o {output}", "-j oe", "-S /bin/sh", "-V"],
        wholeNodes: ["-l select={nodes}", "-l place=scatter:excl"],
        partsOfNodes: ["-l select={nodes}:ncpus={processors}", "-l place=scatter"],
        array: ["-J 0-{last}"], time: ["-l walltime={clock}"], requeue: nil, requeueNow: "",
        outputOfJob: "", outputOfArray: "", percent: "%",
        jobID: "$PBS_JOBID",
        launchOnOne: "{farmer}", launchOnAll: "pbsdsh -- /bin/sh -c {script}",
        submit: "qsub {script}",
        list: #"""
            queued=$(qselect -u "$(id -un)" -N {name} -s HQTW) && running=$(qselect -u "$(id -un)" -N {name} -s BERSU) &&
            printf '%s\n' "$queued" | sed 's/..*/& QUEUED/' && printf '%s\n' "$running" | sed 's/..*/& RUNNING/'
            """#,
        pending: ["QUEUED"], cancel: "qdel {jobs}",
        silences: ["timed out", "onnection refused", "annot connect"])
}
