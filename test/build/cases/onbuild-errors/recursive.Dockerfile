FROM scratch
ONBUILD onbuild ADD . /
