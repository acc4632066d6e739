# What is installed where, and the Debian package of it: cmake --build --preset release && packaging/build-deb
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "" FORCE)
endif()
include(GNUInstallDirs)
set(PACKAGING ${CMAKE_SOURCE_DIR}/packaging)

install(TARGETS sallyportd DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS sallyport DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PACKAGING}/sallyport.service DESTINATION lib/systemd/system)
install(FILES ${PACKAGING}/sallyport.default DESTINATION /etc/default RENAME sallyport)
install(FILES ${PACKAGING}/completion DESTINATION share/bash-completion/completions RENAME sallyport)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN *.svg EXCLUDE)
install(DIRECTORY samples/two-sites samples/tunnel-interface samples/monitoring samples/ssh DESTINATION ${CMAKE_INSTALL_DOCDIR}/samples
        USE_SOURCE_PERMISSIONS)
# The manual is made of what the programs say about themselves.
install(CODE "execute_process(COMMAND ${PACKAGING}/make-manual \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR} COMMAND_ERROR_IS_FATAL ANY)")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sallyport)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Sallyport maintainers <maintainers@users.noreply.r-seed-24579e6c.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "IPsec gateway that is configured as a Cisco IOS router is")
set(CPACK_PACKAGE_DESCRIPTION "IKEv2 with XFRM or an ESP in userspace; the crypto part of a router's configuration is pasted,
and show and debug tell what happened in the layouts that engineers and their scripts know.")
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, iproute2")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "openssh-server, bash-completion")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libengine-pkcs11-openssl")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PACKAGING}/debian/conffiles ${PACKAGING}/debian/postinst ${PACKAGING}/debian/prerm
    ${PACKAGING}/debian/postrm)
include(CPack)
