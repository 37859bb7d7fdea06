# Loads one table: load.sh TABLE. The parameters of the workflow are variables of the environment.
echo "$1: loading for $session_date"
for row in 1 2 3; do
  echo "$session_date,$1,$row"
done >"$output/$1.csv"
