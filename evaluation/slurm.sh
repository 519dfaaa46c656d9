#!/usr/bin/env bash
# Runs the recipe for Slurm in docs/howto/many-machines.md on a cluster of one node, and compares the tables with those of one run.
#
#     evaluation/slurm.sh PLENARY [TRANSCRIPTS]
#
# Needs root, and Debian's slurmctld, slurmd, slurm-client and munge, whose services need not run: munge, the controller and the node are
# started here on the loopback interface with a key, ports and folders of their own, and ended at the end. A task gets one core. Two tasks
# are requeued while they run. Exits with 77 without Slurm, with 1 if a file differs.
set -euo pipefail
plenary="$(realpath "$1")"
transcripts="${2:-12}"
root="$(realpath "$(dirname "$0")/..")"
for program in slurmctld slurmd sbatch munged; do command -v "$program" >/dev/null || exit 77; done

work="$(mktemp -d)"
chmod 711 "$work"
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT
mkdir -m 711 "$work/munge"
mkdir "$work/state" "$work/spool" "$work/bin" "$work/study"
head -c 1024 /dev/urandom >"$work/munge/key"
chmod 400 "$work/munge/key"
host="$(hostname -s)"
export SLURM_CONF="$work/slurm.conf"
cat >"$SLURM_CONF" <<END
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=4096
PartitionName=main Nodes=ALL Default=YES
END
munged -F --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
  --seed-file="$work/munge/seed" --log-file="$work/munge/log" 2>"$work/munged.err" & started+=($!)
sleep 1
slurmctld -D -c >"$work/slurmctld.log" 2>&1 & started+=($!)
sleep 2
slurmd -D >"$work/slurmd.log" 2>&1 & started+=($!)
sleep 2
sinfo || { cat "$work"/*.log >&2; exit 1; }

ln -s "$plenary" "$work/bin/plenary"
export PATH="$work/bin:$PATH" PLENARY_MODELS="${PLENARY_MODELS:-$root/models}" PLENARY_CACHE="$work/cache"
cd "$work/study"
python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import parts, pathlib; parts.make(pathlib.Path("."), int(sys.argv[2]), 1)' \
  "$root/evaluation" "$transcripts"
# Some inputs fail.
plenary run talks --study study.toml --out whole --no-cache --quiet || [ $? -eq 1 ]
plenary part plan work talks --study study.toml --parts 6 --quiet

# The recipe, with one core.
sed -n '/^\*\*Slurm\*\*/,/^\*\*/s/^    //p' "$root/docs/howto/many-machines.md" | sed '/^$/,$d' |
  sed "s/--cpus-per-task=[0-9]*/--cpus-per-task=1/; s/--threads [0-9]*/--threads 1/" >part.sh
cat part.sh
job="$(sbatch --parsable --array=0-5 part.sh)"
last="$(sbatch --parsable --dependency="afterok:$job" --wrap "plenary part combine work --out results")"
for part in 0 1; do
  until squeue --noheader --states=R --format=%K --job="$job" | grep -qx "$part"; do sleep 0.1; done
  scontrol requeue "${job}_$part"
done
while [ -n "$(squeue --noheader)" ]; do sleep 1; done
scontrol show job "${job}_0" | grep -o 'Restarts=[0-9]*'
cat "slurm-$last.out" | tail -n 3
n=0
for file in whole/*; do
  name="$(basename "$file")"
  case "$name" in runs.* | run.json) continue ;; esac
  cmp "$file" "results/$name"
  n=$((n + 1))
done
echo "Slurm: the same $n files"
