# Completion of harrier's command line in fish. Components are those of the application that runs.

function __harrier_components
    set -l words (commandline -opc)
    set -l name
    if set -l at (contains -i -- --name $words)
        set name --name $words[(math $at + 1)]
    end
    set name $name (string match -- '--name=*' $words)
    harrier status $name 2>/dev/null | string match -rv '^NAME ' | string replace -r ' .*' ''
end

function __harrier_verbs
    harrier --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.*)' '$1\t$2'
end

# Those that harrier knows, with SIG in front for who has begun so.
function __harrier_signals
    set -l names HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT \
        CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS \
        RTMIN RTMIN+(seq 30)
    printf '%s\n' $names
    if string match -q 'S*' -- (commandline -ct)
        printf 'SIG%s\n' $names
    end
end

# Whether the component stands before the word that is completed.
function __harrier_has_component
    set -l is_value 0
    for word in (commandline -opc)[3..-1]
        if test $is_value = 1
            set is_value 0
        else if test "$word" = --name
            set is_value 1
        else if not string match -q -- '-*' $word
            return 0
        end
    end
    return 1
end

set -l asking status start stop restart wait logs
set -l named $asking signal launch events graph plan apply upgrade down

complete -c harrier -f
complete -c harrier -n __fish_use_subcommand -a '(__harrier_verbs)'
complete -c harrier -n __fish_use_subcommand -l version -d 'says its version'
complete -c harrier -s h -l help -d 'tells of verbs and options'
complete -c harrier -n '__fish_seen_subcommand_from run validate plan apply upgrade
    and not string match -q -- "--wait=*" (commandline -ct)' -F
complete -c harrier -n '__fish_seen_subcommand_from run' -l detach -d 'in the background'
complete -c harrier -n '__fish_seen_subcommand_from run' -l wait -d 'until each is ready'
complete -c harrier -n '__fish_seen_subcommand_from run' -l log -r -F -d 'of what runs detached'
complete -c harrier -n "__fish_seen_subcommand_from $asking" -a '(__harrier_components)'
complete -c harrier -n '__fish_seen_subcommand_from signal; and not __harrier_has_component' \
    -a '(__harrier_components)'
complete -c harrier -n '__fish_seen_subcommand_from signal; and __harrier_has_component' \
    -a '(__harrier_signals)'
complete -c harrier -n "__fish_seen_subcommand_from $named" -l name -x -d application
complete -c harrier -n '__fish_seen_subcommand_from status' -s o -l output -x -a 'table wide json'
complete -c harrier -n '__fish_seen_subcommand_from status' -s w -l watch -d 'again each second'
complete -c harrier -n '__fish_seen_subcommand_from start stop restart launch apply down' -l no-wait
complete -c harrier -n '__fish_seen_subcommand_from start stop restart launch wait apply down' -l timeout -x
complete -c harrier -n '__fish_seen_subcommand_from launch' -l set -x -d 'KEY=VALUE'
complete -c harrier -n '__fish_seen_subcommand_from wait' -l ready -d 'each is ready or has completed'
complete -c harrier -n '__fish_seen_subcommand_from wait' -l ended -d 'each has ended for good'
complete -c harrier -n '__fish_seen_subcommand_from logs' -s n -l lines -x -d 'so many of each'
complete -c harrier -n '__fish_seen_subcommand_from events logs' -s f -l follow -d 'until harrier ends'
complete -c harrier -n '__fish_seen_subcommand_from down' -l at-once -d 'by SIGKILL'
