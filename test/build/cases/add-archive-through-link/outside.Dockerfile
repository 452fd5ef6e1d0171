FROM scratch
ADD outside.tar /a/
