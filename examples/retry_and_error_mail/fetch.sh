# Stands for a server that answers at the third time of asking.
echo asked >>asked.log
test "$(wc -l <asked.log)" -ge 3 || { echo "the server is busy" >&2; exit 1; }
rm asked.log
echo "fetched"
