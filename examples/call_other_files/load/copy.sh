# Copies one table: copy.sh TABLE
echo "copied $(sed -n "s/^$1 //p" tables.txt) rows of $1"
