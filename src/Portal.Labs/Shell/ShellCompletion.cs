namespace Portal.Labs.Shell;

/// <summary>
/// Completion with Tab for kubectl, helm and <c>k</c>, which is kubectl, as on a Kubernetes exam machine. Their own
/// scripts are read at the first Tab and not when a shell starts. They call three functions of the bash-completion
/// package, which need not be there: these stand in for it, as far as those scripts use them.
/// </summary>
internal static class ShellCompletion
{
    /// <summary>A part of what bash reads when it starts.</summary>
    public const string Script = """
        alias k=kubectl
        # Words as they were typed: bash also parts them at = and :. The names are the caller's.
        _get_comp_words_by_ref() {
          local __i __w __rest=$COMP_LINE __gap __over
          words=() cword=0 cur= prev=
          for ((__i = 0; __i < ${#COMP_WORDS[@]}; __i++)); do
            __w=${COMP_WORDS[__i]}
            __gap=${__rest%%[![:blank:]]*}
            __rest=${__rest#"$__gap"}
            if ((__i > 0)) && [[ -z $__gap && ($__w =~ ^[=:]+$ || ${COMP_WORDS[__i - 1]} =~ ^[=:]+$) ]]; then
              words[-1]+=$__w
            else
              words+=("$__w")
            fi
            __rest=${__rest#"$__w"}
            ((__i == COMP_CWORD)) || continue
            cword=$((${#words[@]} - 1)) cur=${words[-1]}
            __over=$((${#COMP_LINE} - ${#__rest} - COMP_POINT))
            ((__over > 0 && __over <= ${#cur})) && cur=${cur:0:${#cur}-__over}
          done
          ((cword > 0)) && prev=${words[cword - 1]}
          return 0
        }
        # Files with one of these endings (a|b|), or all; and directories, which alone are wanted with -d.
        _filedir() {
          local __f __kind=-f
          [[ $1 == -d ]] && __kind=-d
          compopt -o filenames 2>/dev/null
          while IFS= read -r __f; do
            [[ $__kind == -d || -z $1 || -d $__f || "|${1%|}|" == *"|${__f##*.}|"* ]] && COMPREPLY+=("$__f")
          done < <(compgen "$__kind" -- "$cur")
          return 0
        }
        __complete_first() {
          local __tool=$1
          [[ $__tool == k ]] && __tool=kubectl
          eval "$("$__tool" completion bash 2>/dev/null)"
          if declare -F "__start_$__tool" >/dev/null; then
            complete -o default -F "__start_$__tool" "$1" "$__tool"
          else
            complete -o default "$1"
          fi
          return 124
        }
        complete -F __complete_first kubectl k helm

        """;
}
