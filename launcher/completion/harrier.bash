# Completion of harrier's command line in bash. Components are those of the application that runs.

_harrier_components() {
    local word name=()
    for ((word = 1; word < COMP_CWORD; ++word)); do
        case ${COMP_WORDS[word]} in
            --name=*) name=("${COMP_WORDS[word]}") ;;
            --name)  # bash makes three words of --name=VALUE, as a rule
                name=(--name "${COMP_WORDS[word + 1]}")
                if [[ ${name[1]} == = ]]; then name[1]=${COMP_WORDS[word + 2]}; fi
                ;;
        esac
    done
    harrier status "${name[@]}" 2>/dev/null | while read -r first _; do
        if [[ $first != NAME ]]; then printf '%s\n' "$first"; fi
    done
}

# What the help of harrier or of a verb tells of: its options.
_harrier_options() {
    harrier "$@" --help 2>/dev/null | grep -oE '(^ +|,)--?[A-Za-z][a-z-]*' | tr -d ' ,'
}

_harrier_verbs() {
    harrier --help 2>/dev/null | sed -n '/^Subcommands:/,$s/^  \([a-z]\{1,\}\) .*/\1/p'
}

# Those that harrier knows, with SIG in front for who has begun so.
_harrier_signals() {
    local name names=(HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT
        CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS
        RTMIN RTMIN+{1..30})
    for name in "${names[@]}"; do
        printf '%s\n' "$name"
        if [[ $1 == S* ]]; then printf 'SIG%s\n' "$name"; fi
    done
}

# Whether the component stands before the word that is completed.
_harrier_has_component() {
    local word
    for ((word = 2; word < COMP_CWORD; ++word)); do
        case ${COMP_WORDS[word]} in
            --name)
                if [[ ${COMP_WORDS[word + 1]} == = ]]; then ((++word)); fi
                ((++word))
                ;;
            -*) ;;
            *) return 0 ;;
        esac
    done
    return 1
}

_harrier() {
    COMPREPLY=()
    local current=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]:-}
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $current == = ]]; then
        current=
        if [[ $previous == --wait ]]; then return; fi
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
        if [[ $previous == --wait ]]; then return; fi
    fi
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_harrier_verbs) $(_harrier_options)" -- "$current")
        return
    fi
    case $previous in
        --name | --timeout | --set | -n | --lines) return ;;
        -o | --output)
            mapfile -t COMPREPLY < <(compgen -W "table wide json" -- "$current")
            return
            ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_harrier_options "$verb")" -- "$current")
        return
    fi
    case $verb in
        run | validate | plan | apply | upgrade)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            ;;
        signal)
            if _harrier_has_component; then
                mapfile -t COMPREPLY < <(compgen -W "$(_harrier_signals "$current")" -- "$current")
                return
            fi
            mapfile -t COMPREPLY < <(compgen -W "$(_harrier_components)" -- "$current")
            ;;
        status | start | stop | restart | wait | logs)
            mapfile -t COMPREPLY < <(compgen -W "$(_harrier_components)" -- "$current")
            ;;
    esac
}

complete -F _harrier harrier
