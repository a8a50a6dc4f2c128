# Completion of the command lines of shminfo and shmclean in bash. Heaps and components are those
# that are there; what shminfo shows with a backslash is left out, as it is not the name itself.

# Sets `plain` to what a word of the line becomes: without its quotes, nothing else expanded but a
# home directory, since what is typed is not run.
_shminfo_unquote() {
    local rest=$1 quote= letter
    plain=
    # shellcheck disable=SC2088
    if [[ $rest == "~" || $rest == "~/"* ]]; then plain=$HOME rest=${rest:1}; fi
    while [[ $rest ]]; do
        letter=${rest:0:1} rest=${rest:1}
        if [[ $letter == "$quote" ]]; then
            quote=
        elif [[ ! $quote && $letter == [\'\"] ]]; then
            quote=$letter
        elif [[ $letter == \\ && (! $quote || $quote == '"' && $rest == [\"\\\$\`]*) ]]; then
            plain+=${rest:0:1} rest=${rest:1}
        else
            plain+=$letter
        fi
    done
}

# What shminfo says of the directory that the line is about.
_shminfo_ask() {
    local word plain directory=()
    for ((word = 1; word < COMP_CWORD; ++word)); do
        case ${COMP_WORDS[word]} in
            --dir=*) directory=("${COMP_WORDS[word]}") ;;
            --dir)  # bash makes three words of --dir=VALUE, as a rule
                directory=(--dir "${COMP_WORDS[word + 1]}")
                if [[ ${directory[1]} == = ]]; then directory[1]=${COMP_WORDS[word + 2]}; fi
                ;;
        esac
    done
    if ((${#directory[@]})); then
        _shminfo_unquote "${directory[-1]}"
        directory[-1]=$plain
    fi
    shminfo "${directory[@]}" "$@" 2>/dev/null
}

_shminfo_heaps() {
    _shminfo_ask --csv | sed -n 's/^"\([^"\\]\{1,\}\)",.*/\1/p'
}

_shminfo_components() {
    _shminfo_ask --json | grep -oE '"component":"[^"\\]+"' | cut -d '"' -f 4 | sort -u
}

# The first word of each entry in the help is the option, with its short form or its default; what
# follows it (values, the options that do not go with it) is no matter here.
_shminfo_options() {
    "$1" --help 2>/dev/null | sed -n 's/^  \(-[^ {]*\).*/\1/p' | tr , '\n'
}

# The values that the help gives an option: --sort TEXT:{age,name}.
_shminfo_values() {
    "$1" --help 2>/dev/null | sed -n "s/^  $2 [A-Z]*:{\([^}]*\)}.*/\1/p" | tr , '\n'
}

_shminfo_kinds() {
    shmclean --help 2>/dev/null | sed -n 's/.*--foreign=KIND.* of \(.*\) alone.*/\1/p' | tr -d ,
}

# Offers those lines of standard input that begin as the word does, in quotes where need be.
_shminfo_offer() {
    local line quoted
    while IFS= read -r line; do
        printf -v quoted %q "$line"
        if [[ $line == "$1"* || $quoted == "$1"* ]]; then COMPREPLY+=("$quoted"); fi
    done
}

_shminfo() {
    local program=${COMP_WORDS[0]##*/} current=${COMP_WORDS[COMP_CWORD]} is_joined= listed=
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $current == = ]]; then
        current= is_joined=yes
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]} is_joined=yes
    fi
    COMPREPLY=()
    case $previous in
        --check | --older-than) return ;;
        --sort | --format)
            _shminfo_offer "$current" < <(_shminfo_values "$program" "$previous")
            return
            ;;
        --component)
            _shminfo_offer "$current" < <(_shminfo_components)
            return
            ;;
        --verify)
            _shminfo_offer "$current" < <(_shminfo_heaps)
            return
            ;;
        --user)
            mapfile -t COMPREPLY < <(compgen -u -- "$current")
            return
            ;;
        --dir)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return
            ;;
        --files-from)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
            ;;
    esac
    if [[ $previous == --foreign && $is_joined ]]; then  # otherwise it has no value
        if [[ $current == *,* ]]; then listed=${current%,*},; fi
        mapfile -t COMPREPLY < <(compgen -P "$listed" -W "$(_shminfo_kinds)" -- "${current##*,}")
    elif [[ $current == -* ]]; then
        _shminfo_offer "$current" < <(_shminfo_options "$program")
    elif [[ $program == shmclean && ! $is_joined ]]; then
        _shminfo_offer "$current" < <(_shminfo_heaps)
    fi
}

complete -F _shminfo shminfo shmclean
