# Completion of the command lines of shminfo and shmclean in fish. Heaps and components are those
# that are there; what shminfo shows with a backslash is left out, as it is not the name itself.

if functions --query __shminfo_ask
    return # installed for each of the two programs, and read already for the other one
end

# What shminfo says of the directory that the line is about.
function __shminfo_ask
    set -l words (commandline -opc)
    set -l directory
    if set -l at (contains -i -- --dir $words)
        set directory --dir $words[(math $at + 1)]
    end
    set directory $directory (string match -- '--dir=*' $words)
    shminfo $directory $argv 2>/dev/null
end

function __shminfo_heaps
    __shminfo_ask --csv | string replace -rf '^"([^"\\\\]+)",.*' '$1'
end

function __shminfo_components
    __shminfo_ask --json | string match -rag '"component":"([^"\\\\]+)"'
end

# After the kinds that the word has already, since fish completes a word as a whole.
function __shminfo_kinds
    set -l listed (commandline -t | string replace -rf '^--foreign=(.*,)?.*' '$1')
    set -l kinds (shmclean --help 2>/dev/null | string replace -rf '.*=KIND.* of (.*) alone.*' '$1')
    for kind in (string split ', ' -- $kinds)
        printf '%s%s\tframework\n' "$listed" $kind
    end
end

# Tells fish of an option, and of what its values are: __shminfo_option PROGRAM OPTION ENTRY TEXT
function __shminfo_option --argument-names program option entry text
    set -l value
    switch $option
        case --check --older-than
            set value -x
        case --sort --format
            set -l known (string replace -rf '.*:\{(.*)\}.*' '$1' -- $entry)
            set value -x -a (string replace -a , ' ' -- $known)
        case --component
            set value -x -a '(__shminfo_components)'
        case --verify
            set value -x -a '(__shminfo_heaps)'
        case --user
            set value -x -a '(__fish_complete_users)'
        case --dir
            set value -x -a '(__fish_complete_directories)'
        case --files-from
            set value -r -F
        case --foreign
            set value -f -a '(__shminfo_kinds)'
    end
    if set -l long (string replace -rf '^--' '' -- $option)
        complete -c $program -l $long -d $text $value
    else
        complete -c $program -s (string sub -s 2 -- $option) -d $text $value
    end
end

# The first word of each entry in the help is the option, with its short form or its default. The
# text follows after two spaces or more, or on a line of its own.
function __shminfo_program --argument-names program
    complete -c $program -f
    set -l help ($program --help 2>/dev/null)
    for at in (seq (count $help))
        set -l options (string replace -rf '^  (-[^ {]*).*' '$1' -- $help[$at]); or continue
        set -l text (string replace -rf '^  -.*?  +(.*)' '$1' -- $help[$at])
        or set text (string trim -- $help[(math $at + 1)])
        for option in (string split , -- $options)
            __shminfo_option $program $option $help[$at] $text
        end
    end
end

__shminfo_program shminfo
__shminfo_program shmclean
complete -c shmclean -a '(__shminfo_heaps)'
