"""Long work in processes of its own, which outlive the screen and the line. A job is a folder that people can read:

request.json   what was asked: the words of the command, its folder, devices, where, by whom
status.json    queued, running, done, failed, cancelled; why, which process, exit code; touched while it lives
progress.json  the share done, the stage, the time left
metrics.jsonl  a line of numbers now and then: memory, processors, share done, and what the work measures
log.txt        what the work says
result.json    the facts of what it did, when it is done
failure.json   the sentence of the error with which it ended
cancel.json    who has asked to stop it
script.sh      the batch script as it was sent to Slurm, and slurm.json the id that Slurm gave it
tasks/         of an array: the folders of its tasks, which are like this one

everywhere      cancel a job, ask for the same anew, wherever it runs
job             the folder, read: request, status, progress, metrics; `folder` has the names of its files
local           starts one on this machine
turn            who waits for whom on this machine
supervisor      the process that runs the work, and says in the folder how it goes
child           the process of the work and all that it starts; stopped politely, then firmly
ending          what an exit code or a signal means, out of memory told apart
measuring       memory and processors of the work
reporting       how the work itself tells progress, numbers, result and failure
log             the log written whatever happens to the disk, and its end read while it grows
log_lines       its lines, any of them at once, as a terminal may show them
curves          what was measured, over iterations and the time
smoothing       curves made smooth
compared        jobs and networks whose curves are looked at together, and their table
watching        all jobs, looked at again and again
text            a job in words
cancelling      asks to stop, and sees to it
keeping         how long folders of ended jobs are kept
slurm           sends jobs to Slurm and ends them there
slurm_state     how they are, of Slurm and of the folder
slurm_options   what is asked of Slurm, and the script
spreading       a training on several nodes
slurm_commands  the commands of Slurm and their answers as data
asking          answers that may be slow, kept for a while
gpus            the devices as people choose them, by UUID
nvml            the devices, read through the library of the driver
gpu_driver      asks for them, but not for ever
gpu_watch       reads them once a second
gpu_text        the table of them
gpu_room        how much memory a training finds on them
"""
