# shellcheck shell=bash disable=SC2154
# The hosts n1, n2 … and the file system they share, whichever way it is built.
uml=$lab_scripts/uml.sh
nodes=$lab_scripts/nodes.sh
system=none # the file system tried
is_up=      # file system, mount options and lease of the lab that is up
is_uml=false
hosts=()
for ((i = 1; i <= clients; i++)); do hosts+=("n$i"); done

missing_for() {
    case $1 in
    nfs*) command -v linux.uml >/dev/null || echo linux.uml ;;
    gluster) command -v glusterd >/dev/null && [ -e /dev/fuse ] || echo "glusterd and /dev/fuse" ;;
    moosefs) command -v mfsmaster >/dev/null && [ -e /dev/fuse ] || echo "mfsmaster and /dev/fuse" ;;
    sshfs) command -v sshfs >/dev/null && [ -e /dev/fuse ] && [ -x /usr/sbin/sshd ] || echo "sshfs, sshd and /dev/fuse" ;;
    esac
}
# Whether a dead host's locks never come back by themselves. Leases always do.
keeps_locks() { [ -z "$locking" ] && { [ "$system" = nfs3 ] || [ "$system" = moosefs ]; }; }

down() {
    local host
    is_up=
    # A host that stands still does not die of anything but KILL, which is what this sends.
    if [ -d "$LAB/uml" ]; then timeout 60 "$uml" down || true; fi
    for host in "$LAB"/nodes/n[0-9]*; do [ -d "$host" ] && thaw_processes "${host##*/}" >/dev/null 2>&1; done
    if [ -d "$LAB/gluster" ]; then timeout 60 "$lab_scripts/gluster.sh" down || true; fi
    if [ -d "$LAB/moosefs" ]; then timeout 60 "$lab_scripts/moosefs.sh" down || true; fi
    timeout 60 "$nodes" down || true
}
# settle OPTIONS LEASE: makes sure that the file system is up, mounted on all hosts with these options (of NFS).
settle() {
    [ "$is_up" = "$system $1 $2" ] && return 0
    down >/dev/null 2>&1
    is_up="$system $1 $2"
    come_up "$1" "$2" </dev/null >"$LAB/up.log" 2>&1 || {
        fail "the lab comes up"
        tail -20 "$LAB/up.log" | sed 's/^/        /'
        down >/dev/null 2>&1
        return 1
    }
    cp "$binary" "$program"
    for host in "${hosts[@]}"; do answers "$host" || { fail "$host answers" && return 1; }; done
}
# A host's ssh server answers a moment after it says that it is ready.
answers() {
    local way=$nodes
    if $is_uml; then way=$uml; fi
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        timeout 20 "$way" x "$1" true </dev/null 2>/dev/null && return
        sleep 0.5
    done
    return 1
}
come_up() {
    is_uml=false
    case $system in
    nfs*)
        is_uml=true
        timeout 60 "$nodes" up 0 && NFSOPT=${1% } LEASE=$2 timeout 300 "$uml" up "$clients"
        ;;
    gluster) timeout 60 "$nodes" up "$clients" && GOPT=$gluster_volume GMOUNT=$gluster_mount timeout 120 "$lab_scripts/gluster.sh" up ;;
    moosefs) timeout 60 "$nodes" up "$clients" && timeout 120 "$lab_scripts/moosefs.sh" up ;;
    sshfs) timeout 60 "$nodes" up "$clients" && sshfs_up ;;
    esac
}

# Direct I/O alone is not enough: the client's own caches, and the kernel's of names and sizes, show what was there a second ago.
gluster_mount=direct-io-mode=enable,attribute-timeout=0,entry-timeout=0
gluster_volume="network.ping-timeout:10 performance.quick-read:off performance.stat-prefetch:off performance.io-cache:off
    performance.read-ahead:off performance.open-behind:off performance.write-behind:off"

# in_host HOST COMMAND…
in_host() { if $is_uml; then "$uml" x "$@"; else "$nodes" x "$@"; fi; }
# on HOST COMMAND…: runs it there, for at most a minute and a half.
on() { if $is_uml; then timeout 90 "$uml" x "$@" </dev/null; else timeout 90 "$nodes" x "$@" </dev/null; fi; }

crash() {
    if $is_uml; then
        "$uml" crash "$1"
    else
        "$nodes" cut "$1"
        "$nodes" crash "$1"
    fi
}
boot() {
    if $is_uml; then
        timeout 120 "$uml" boot "$1"
        answers "$1"
        return
    fi
    # What is left of it may keep its network.
    "$nodes" x head ip link del "v${1#n}" 2>/dev/null || true
    timeout 30 "$nodes" boot "$1"
    case $system in
    gluster) in_host "$1" mount -t glusterfs -o "$gluster_mount" head:/vol "$mount" ;;
    moosefs) in_host "$1" mfsmount "$mount" -H 10.77.0.254 >/dev/null ;;
    esac
}
# Off the bridge: a virtual machine whose own link goes down does not get it back.
cut() { if $is_uml; then "$nodes" x head ip link set "t$1" nomaster; else "$nodes" cut "$1"; fi; }
heal() { if $is_uml; then "$nodes" x head ip link set "t$1" master br0; else "$nodes" heal "$1"; fi; }
freeze() {
    if $is_uml; then
        "$uml" freeze "$1"
    else
        "$nodes" cut "$1"
        in_host "$1" bash -c 'kill -STOP -1' # all but the first process and itself
    fi
}
thaw_processes() { timeout 10 "$nodes" x "$1" bash -c 'kill -CONT -1'; }
thaw() {
    if $is_uml; then
        "$uml" thaw "$1"
    else
        "$nodes" heal "$1"
        thaw_processes "$1"
    fi
}
# nsenter stops itself when what it started is stopped, and does not go on with that.
go_on() { $is_uml || pkill -CONT -f "^nsenter .*exec $program run" || true; }
