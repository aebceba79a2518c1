# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for bash: commands, the options that each of them takes, and their
# values as far as this host knows them. Positions and product ids are those of
# the modems that are plugged in.

_qfota_agent_devices=/sys/bus/usb/devices

# Of each device of the vendor on the command line, or of Quectel.
_qfota_agent_plugged() { # position|product
	local device vendor product wanted=2c7c i
	for ((i = 1; i < COMP_CWORD - 1; i++)); do
		[[ ${COMP_WORDS[i]} != --vid ]] || wanted=${COMP_WORDS[i + 1]}
		[[ $wanted != = ]] || wanted=${COMP_WORDS[i + 2]}
	done
	for device in "$_qfota_agent_devices"/*; do
		{ read -r vendor <"$device/idVendor" && read -r product <"$device/idProduct"; } 2>/dev/null || continue
		[[ $vendor == "${wanted,,}" ]] || continue
		if [[ $1 == position ]]; then echo "${device##*/}"; else echo "$product"; fi
	done
}

# What stands where the command does, if it is there already.
_qfota_agent_command() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--vid | --pid | --port | --imei | --interface | --from | --to | --jobs | --config | --state-dir | --record)
			[[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
			((i++))
			;;
		-*) ;;
		*)
			echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_qfota_agent_options() { # COMMAND
	local common='--vid --pid --port --imei --interface --jobs --config --state-dir
		--no-progress -q --quiet -v --verbose -h --help -V --version'
	case $1 in
	'' | upgrade) echo "$common --record --json --from --to -n --dry-run -f --force" ;;
	list) echo "$common --json --probe" ;;
	follow | watch) echo "$common --record --json" ;;
	history) echo "${common/--imei/} --json" ;;
	report) echo "$common --record" ;;
	at | replay) echo "$common" ;;
	esac
}

_qfota_agent() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command words='' files=''
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	command=$(_qfota_agent_command)
	case $prev in
	--vid) words=2c7c ;;
	--pid) words=$(_qfota_agent_plugged product) ;;
	--port) words=$(_qfota_agent_plugged position) ;;
	--config | --record) files=-f ;;
	--state-dir) files=-d ;;
	--imei | --interface | --from | --to | --jobs) ;;
	*)
		case $command,$cur in
		*,-*) words=$(_qfota_agent_options "$command") ;;
		,*) words='upgrade list follow watch at history replay report' ;;
		upgrade,* | replay,*) files=-f ;;
		report,*) words=$(_qfota_agent_plugged position) ;;
		esac
		;;
	esac
	if [[ $files ]]; then
		# Outside of a completion, where tests are, there is nothing to tell so.
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen $files -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	fi
}

complete -F _qfota_agent qfota-agent
