set -e
mkdir /t; cd /t
# modes and owners
for mode in 0000 0600 0755 4755 2755 6711 1644; do echo $mode > mode-$mode; chmod $mode mode-$mode; done
for mode in 0700 1777 2775; do mkdir dir-$mode; chmod $mode dir-$mode; done
echo a > uid-2097151; chown 2097151:2097151 uid-2097151
echo a > uid-2097152; chown 2097152:2097152 uid-2097152
echo a > uid-big; chown 3000000:4000000000 uid-big
# kinds
ln mode-4755 hard; ln hard dir-0700/hard-too
ln -s target soft; ln -s "$(printf 'to-\377')" soft-bytes; ln -s "$(head -c 1000 /dev/zero | tr '\0' l)" soft-long
mkfifo fifo; ln fifo fifo-hard; mknod null c 1 3; mknod loop b 7 300; mknod large c 4095 1048575; ln null null-hard; ln soft soft-hard
/special s socket
# names
a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
echo 100 > name-100-$a${a%aaaaaaaaaaaa}
echo 255 > $a$a$a$a${a}ends1; ln $a$a$a$a${a}ends1 hard-to-255; mkdir $a$a$a$a${a}aaaad; ln -s $a$a$a$a${a}ends1 soft-to-255
mkdir -p deep/$a/$a/$a/$a; echo deep > deep/$a/$a/$a/$a/file
touch "$(printf 'bytes-\377\376')" "$(printf 'line\nbreak')" 'back\slash' 'quo"te' ' blank ' 'umlaut-ä' 'equals=sign' ./-dash
echo 1 > "$(printf '\303\050-broken')"; ln "$(printf '\303\050-broken')" "$(printf 'hard-\377')"
mkdir "$(printf 'dir-\377')"; touch "$(printf 'dir-\377')/in"
touch .wh-not .wh..dots
# contents
: > empty; head -c 512 /dev/zero > block; head -c 513 /dev/zero > block-and-one
truncate -s 300k sparse; printf middle | dd of=sparse bs=1 seek=150000 conv=notrunc 2>/dev/null
truncate -s 100k hole
# attributes
echo x > xattr-user; /special x xattr-user user.note 61626300ff; /special x xattr-user user.empty ''
mkdir xattr-dir; /special x xattr-dir user.note 646972
echo x > xattr-trusted; /special x xattr-trusted trusted.note 7472
echo x > cap-v2; /special x cap-v2 security.capability 0100000200040000000000000000000000000000
echo x > cap-v3; /special x cap-v3 security.capability 010000030004000000000000000000000000000000000000
echo x > cap-v3-rooted; /special x cap-v3-rooted security.capability 0100000300040000000000000000000000000000e8030000
ln cap-v2 cap-hard
echo x > acl; /special x acl system.posix_acl_access 0200000001000600ffffffff02000400e803000004000400ffffffff10000600ffffffff20000400ffffffff
mkdir acl-dir; /special x acl-dir system.posix_acl_default 0200000001000700ffffffff02000500e803000004000500ffffffff10000700ffffffff20000500ffffffff
echo x > many; for i in 1 2 3 4 5 6 7 8; do /special x many user.a$i 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff; done
# times
find . -exec /special t 1000000000 {} +
for when in -1 -86400 -2000000000 0 1 2147483647 2147483648 4294967296 7000000000 8589934592 10000000000; do echo t > time$when; /special t $when time$when; done
/special t -1 "$(printf 'bytes-\377\376')"; /special t -5 $a$a$a$a${a}ends1; /special t 9000000000 uid-big
/special t -3 dir-0700; /special t -4 soft
/special t 1000000000 .
rm /special /script.sh
